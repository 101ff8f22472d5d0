#include "feature_store/change_source.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/invalid_field.h"
#include "runtime/resume_token.h"

namespace ebb::feature_store {
namespace {

constexpr int kDefaultBatch = 512, kMaxBatch = 4'096;
constexpr absl::Duration kDefaultHeartbeat = absl::Seconds(10);

absl::StatusOr<uint64_t> SequenceOf(const FeatureStoreEngine& engine, const std::string& token) {
  if (token.empty()) return 0;
  const absl::StatusOr<ResumeToken> decoded = ResumeToken::Decode(token);
  if (absl::IsInvalidArgument(decoded.status())) {
    return InvalidField("resume_token", decoded.status().message());
  }
  if (!decoded.ok()) {
    return absl::Status(decoded.status().code(), absl::StrCat("resume_token: ", decoded.status().message()));
  }
  if (decoded->source_id != engine.source_id()) {
    return absl::OutOfRangeError("resume_token: is of another store; start anew without a token");
  }
  if (decoded->sequence > engine.change_sequence()) {
    return absl::OutOfRangeError(
        "resume_token: is of a later state than this store's, which was restored; start anew without a token");
  }
  return decoded->sequence;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChangeSource>> ChangeSource::Open(const FeatureStoreEngine* engine,
                                                                 const v1::WatchFeaturesRequest& request) {
  const absl::StatusOr<uint64_t> sequence = SequenceOf(*engine, request.resume_token());
  if (!sequence.ok()) return sequence.status();
  absl::Duration heartbeat = kDefaultHeartbeat;
  if (request.has_heartbeat()) {
    heartbeat = absl::Seconds(request.heartbeat().seconds()) + absl::Nanoseconds(request.heartbeat().nanos());
  }
  if (heartbeat < absl::Seconds(1) || heartbeat > absl::Hours(1)) {
    return InvalidField("heartbeat", absl::StrCat("is ", absl::FormatDuration(heartbeat), "; must be from 1s to 1h"));
  }
  const int batch = request.max_batch() == 0 ? kDefaultBatch : request.max_batch();
  if (batch < 1 || batch > kMaxBatch) {
    return InvalidField("max_batch", absl::StrCat("is ", batch, "; must be 0 or from 1 to ", kMaxBatch));
  }
  return std::unique_ptr<ChangeSource>(new ChangeSource(engine, *sequence, static_cast<size_t>(batch), heartbeat));
}

Pull ChangeSource::Next(v1::WatchFeaturesResponse* message) {
  absl::StatusOr<Changes> changes = engine_->ReadChanges(sequence_, max_batch_, message->mutable_customers());
  status_ = changes.status();
  if (!status_.ok()) return Pull::kDone;
  const bool other_schema = std::exchange(schema_sent_, changes->declarations) != changes->declarations;
  if (other_schema) *message->mutable_schema() = changes->declarations->schema();
  const bool any = changes->sequence != std::exchange(sequence_, changes->sequence);
  place_.MoveTo(sequence_);
  for (v1::ErasedCustomer& erased : changes->erased) *message->add_erased() = std::move(erased);
  if (changes->at_end && !caught_up_) {
    caught_up_ = true;
    message->set_caught_up(true);
  } else if (!any && !other_schema) {
    return Pull::kIdle;
  }
  AddToken(message);
  return Pull::kMessage;
}

bool ChangeSource::Heartbeat(v1::WatchFeaturesResponse* message) {
  AddToken(message);
  return true;
}

void ChangeSource::AddToken(v1::WatchFeaturesResponse* message) const {
  message->set_resume_token(ResumeToken{engine_->source_id(), sequence_}.Encode());
}

}  // namespace ebb::feature_store
