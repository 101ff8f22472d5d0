#include "feature_store/training_set.h"

#include <algorithm>
#include <cstring>
#include <thread>
#include <utility>

#include "absl/strings/escaping.h"

namespace ebb::feature_store {
namespace {

std::vector<LabelDate> DatesOf(const TrainingSetPlan& plan, const ShopCalendar& calendar) {
  std::vector<LabelDate> dates = LabelDatesOf(plan.rule, calendar, plan.as_of);
  if (!plan.next_month_revenue) return dates;
  MarkKnownRevenue({.now_us = plan.begin.now_us(),
                    .first_purchase_us = plan.first_purchase_us,
                    .expired_before_us = plan.begin.expired_before_us()},
                   calendar, dates);
  return dates;
}

constexpr unsigned kMostThreads = 4;  // of one training set: ingest and reads go on beside it

absl::string_view ViewOf(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

absl::StatusOr<std::optional<Pseudonym>> LastCustomerOf(const storage::v1::TrainingSetPosition& position) {
  if (position.last_customer().empty()) return std::nullopt;
  Pseudonym last;
  if (position.last_customer().size() != last.size() || position.content_digest().size() != sizeof(Sha256Digest)) {
    return absl::InvalidArgumentError("resume_token: has no place in a training set");
  }
  std::memcpy(last.data(), position.last_customer().data(), last.size());
  return last;
}

google::protobuf::RepeatedPtrField<v1::ExclusionCount> ExclusionsOf(const TrainingCounts& counts) {
  google::protobuf::RepeatedPtrField<v1::ExclusionCount> exclusions;
  for (const auto& [reason, rows] : counts.exclusions) {
    v1::ExclusionCount* exclusion = exclusions.Add();
    exclusion->set_reason(reason);
    exclusion->set_rows(rows);
  }
  return exclusions;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TrainingSetReader>> TrainingSetReader::Open(TrainingSetPlan plan,
                                                                           CustomerWalk::Source source,
                                                                           const Pseudonymizer& pseudonyms,
                                                                           const CompiledDeclarations* declarations,
                                                                           std::shared_ptr<const void> place) {
  const auto after = LastCustomerOf(plan.begin);
  if (!after.ok()) return after.status();
  auto walk = CustomerWalk::Open(std::move(source), pseudonyms, *after);
  if (!walk.ok()) return walk.status();
  std::unique_ptr<TrainingSetReader> reader(new TrainingSetReader(std::move(plan), declarations));
  reader->place_ = std::move(place);
  reader->Start(*std::move(walk));
  return reader;
}

TrainingSetReader::TrainingSetReader(TrainingSetPlan plan, const CompiledDeclarations* declarations)
    : plan_(std::move(plan)),
      declarations_(declarations),
      dates_(DatesOf(plan_, declarations->calendar())),
      position_(plan_.begin),
      coverage_(declarations) {
  counts_.rows = position_.rows();
  counts_.declined = position_.declined();
  for (const v1::ExclusionCount& exclusion : position_.exclusions()) {
    counts_.exclusions[exclusion.reason()] = exclusion.rows();
  }
  if (!position_.coverage().empty()) coverage_.AddSaved(position_.coverage());
  if (!position_.content_digest().empty()) {
    std::memcpy(digest_.data(), position_.content_digest().data(), digest_.size());
  }
}

void TrainingSetReader::Start(std::unique_ptr<CustomerWalk> walk) {
  const Knowledge knowledge{
      .now_us = plan_.begin.now_us(), .known_before_us = plan_.begin.known_before_us(), .late = plan_.late_knowledge};
  TrainingPipeline::Options options;
  options.threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, kMostThreads));
  options.block_customers =
      std::max<size_t>(1, static_cast<size_t>(plan_.chunk_rows) / std::max<size_t>(1, dates_.size()));
  std::vector<std::unique_ptr<TrainingChunkBuilder>> builders;
  for (int i = 0; i < options.threads; ++i) {
    builders.push_back(
        std::make_unique<TrainingChunkBuilder>(declarations_, plan_.rule, dates_, knowledge, plan_.next_month_revenue));
  }
  pipeline_ = std::make_unique<TrainingPipeline>(options, std::move(walk), std::move(builders));
}

absl::StatusOr<bool> TrainingSetReader::Next(v1::ReadTrainingSetResponse* response) {
  if (finished_) return false;
  if (!std::exchange(started_, true)) *response->mutable_schema() = declarations_->schema();
  absl::StatusOr<std::optional<TrainingChunk>> chunk = pipeline_->Next();
  if (!chunk.ok()) return chunk.status();
  if (chunk->has_value()) {
    Add(**std::move(chunk), response);
  } else {
    finished_ = true;
    *response->mutable_summary() = Summary();
  }
  return true;
}

void TrainingSetReader::Add(TrainingChunk chunk, v1::ReadTrainingSetResponse* response) {
  response->set_rows(chunk.rows);
  for (v1::ColumnBuffers& column : chunk.columns) *response->add_columns() = std::move(column);
  counts_.Add(chunk.counts);
  coverage_.Add(chunk.coverage);
  for (const Sha256Digest& customer : chunk.customer_digests) {
    std::string link(ViewOf(digest_));
    link.append(ViewOf(customer).data(), customer.size());
    digest_ = Sha256(link);
  }
  position_.set_last_customer(chunk.last_customer.data(), chunk.last_customer.size());
  position_.set_content_digest(digest_.data(), digest_.size());
  position_.set_rows(counts_.rows);
  position_.set_declined(counts_.declined);
  *position_.mutable_exclusions() = ExclusionsOf(counts_);
  position_.set_coverage(coverage_.Save());
  response->set_resume_token(EncodeTrainingSetToken(position_));
}

v1::TrainingSetSummary TrainingSetReader::Summary() const {
  v1::TrainingSetSummary summary;
  summary.set_rows(counts_.rows);
  summary.set_declined(counts_.declined);
  *summary.mutable_exclusions() = ExclusionsOf(counts_);
  if (!plan_.as_of.empty()) {
    for (std::string& feature : coverage_.Uncovered(plan_.as_of.front())) {
      summary.add_uncovered_features(std::move(feature));
    }
  }
  *summary.mutable_repairs() = plan_.repairs;
  summary.set_content_digest(absl::BytesToHexString(ViewOf(digest_)));
  return summary;
}

}  // namespace ebb::feature_store
