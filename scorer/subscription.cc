#include "scorer/subscription.h"

#include "absl/strings/str_cat.h"
#include "runtime/resume_token.h"
#include "runtime/rpc/error_details.h"
#include "scorer/score_messages.h"

namespace ebb::scorer {
namespace {

// How many changes that do not pass are looked at before a progress message: about a millisecond.
constexpr size_t kMaxLooks = 16'384;
constexpr absl::Duration kDefaultHeartbeat = absl::Seconds(10);
constexpr absl::Duration kShortestHeartbeat = absl::Seconds(1);
constexpr absl::Duration kLongestHeartbeat = absl::Hours(1);

absl::StatusOr<absl::Duration> HeartbeatOf(const v1::SubscribeRequest& request) {
  if (!request.has_heartbeat()) return kDefaultHeartbeat;
  const absl::Duration heartbeat =
      absl::Seconds(request.heartbeat().seconds()) + absl::Nanoseconds(request.heartbeat().nanos());
  if (heartbeat < kShortestHeartbeat || heartbeat > kLongestHeartbeat) {
    return InvalidField("heartbeat", absl::StrCat("is ", absl::FormatDuration(heartbeat), ", must be from 1s to 1h"));
  }
  return heartbeat;
}

absl::StatusOr<int64_t> ReadToken(const std::string& bytes, uint64_t source_id, int64_t last) {
  const auto token = ResumeToken::Decode(bytes);
  if (!token.ok()) {
    // A token of a newer version keeps its code: the request is right, this server is too old for it.
    return WithFieldViolation(
        absl::Status(token.status().code(), absl::StrCat("`resume_token` ", token.status().message())), "resume_token",
        token.status().message());
  }
  if (token->source_id != source_id || token->sequence > static_cast<uint64_t>(last)) {
    return WithErrorInfo(
        absl::OutOfRangeError(absl::StrCat("`resume_token` is of another scorer's data folder, or ahead of this one, "
                                           "which has the sequences 1 to ",
                                           last, ": subscribe anew without it, with `snapshot`")),
        "RESUME_TOKEN_UNKNOWN", {{"oldest_sequence", "1"}, {"latest_sequence", absl::StrCat(last)}});
  }
  return static_cast<int64_t>(token->sequence);
}

}  // namespace

absl::StatusOr<Subscription> Subscription::Make(const v1::SubscribeRequest& request, uint64_t source_id,
                                                const ScoreBoard* board, const SegmentCatalogue* catalogue) {
  auto filter = ScoreFilter::Make(request.filter(), *catalogue);
  if (!filter.ok()) return filter.status();
  auto heartbeat = HeartbeatOf(request);
  if (!heartbeat.ok()) return heartbeat.status();
  const int64_t last = board->last_sequence();
  Place place{.source_id = source_id, .from = request.snapshot() ? 0 : last, .caught_up_at = last, .resumed = false};
  if (!request.resume_token().empty()) {
    if (request.snapshot()) {
      return InvalidField(
          "snapshot",
          "and `resume_token` exclude each other: a token goes on where the stream stopped, a snapshot begins anew");
    }
    auto resumed = ReadToken(request.resume_token(), source_id, last);
    if (!resumed.ok()) return resumed.status();
    place.from = *resumed;
    place.resumed = true;
  }
  return Subscription(*std::move(filter), request.leaving(), place, *heartbeat, board, catalogue);
}

Subscription::Subscription(ScoreFilter filter, bool leaving, const Place& place, absl::Duration heartbeat,
                           const ScoreBoard* board, const SegmentCatalogue* catalogue)
    : filter_(std::move(filter)),
      leaving_(leaving),
      compares_(leaving || filter_.min_change() > 0),
      told_(place.resumed),
      source_id_(place.source_id),
      position_{.id = 0, .sequence = static_cast<uint64_t>(place.from)},
      caught_up_at_(static_cast<uint64_t>(place.caught_up_at)),
      heartbeat_(heartbeat),
      board_(board),
      catalogue_(catalogue) {}

Subscription::Verdict Subscription::Judge(uint32_t customer, const std::string& customer_id,
                                          const CustomerScore& score) const {
  if (!filter_.Passes(customer_id, score)) {
    return leaving_ && told_.IsLeaving(customer) ? Verdict::kLeft : Verdict::kPassOver;
  }
  return !compares_ || told_.IsNews(customer, score, filter_.min_change()) ? Verdict::kScore : Verdict::kPassOver;
}

bool Subscription::Next(v1::SubscribeResponse* message) {
  const ScoreBoard::Step step = board_->Next(
      position_,
      [this](uint32_t customer, const std::string& customer_id, const CustomerScore& score) {
        return Judge(customer, customer_id, score) != Verdict::kPassOver;
      },
      kMaxLooks);
  // Changes made since the call began come after the end of the snapshot, and are not told before it.
  const bool beyond = step.found.has_value() && step.position.sequence > caught_up_at_;
  if (!caught_up_ && (step.at_end || beyond)) {
    caught_up_ = true;
    position_.sequence = std::max(position_.sequence, caught_up_at_);
    message->set_caught_up(true);
    FillProgress(message);
    return true;
  }
  position_ = step.position;
  if (step.found.has_value()) FillFound(step.position.id, *step.found, message);
  FillProgress(message);
  return !step.at_end;
}

void Subscription::FillFound(uint32_t customer, const ScoreBoard::Named& found, v1::SubscribeResponse* message) {
  if (Judge(customer, found.customer_id, found.score) == Verdict::kLeft) {
    message->mutable_left()->set_customer_id(found.customer_id);
    message->mutable_left()->set_sequence(found.score.sequence);
    told_.TellLeft(customer);
    return;
  }
  FillScore(found.customer_id, found.score, *catalogue_, message->mutable_score());
  if (compares_) told_.Tell(customer, found.score);
}

void Subscription::FillProgress(v1::SubscribeResponse* message) const {
  message->set_resume_token(ResumeToken{.source_id = source_id_, .sequence = position_.sequence}.Encode());
}

}  // namespace ebb::scorer
