#include "scorer/segments/segment_queries.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "runtime/rpc/error_details.h"
#include "scorer/score_messages.h"
#include "scorer/score_sums.h"
#include "scorer/segments/condition_text.h"
#include "scorer/segments/profile_sample.h"
#include "scorer/segments/segment_reading.h"

namespace ebb::scorer {
namespace {

constexpr size_t kMostProfiled = 50'000;  // customers of the segment, and as many others

void FillCount(const ScoreSums& sums, int64_t all, v1::SegmentCount* message) {
  message->set_customers(sums.customers);
  if (sums.customers == 0) return;
  message->set_customer_share(static_cast<double>(sums.customers) / static_cast<double>(all));
  message->set_mean_probability(sums.probability / static_cast<double>(sums.customers));
  if (sums.with_profit == 0) return;
  message->set_profit_sum(sums.profit);
  message->set_value_at_risk(sums.value_at_risk);
}

v1::RiskBands RiskMessage(const RiskRule& rule) {
  v1::RiskBands message;
  message.set_threshold(rule.threshold);
  message.set_leave_below(rule.leave_below);
  message.mutable_least_stay()->set_seconds(absl::ToInt64Seconds(rule.least_stay));
  return message;
}

// Who is meant by a segment's name: a declared segment, or a cell of profit tier × plain band.
absl::StatusOr<std::function<bool(const CustomerScore&)>> MembersOf(const std::string& name,
                                                                    const SegmentCatalogue& catalogue) {
  if (const std::optional<Segment> cell = ParseSegment(name)) {
    return [cell = *cell](const CustomerScore& score) { return score.segment == cell; };
  }
  const absl::StatusOr<size_t> segment = catalogue.Find(name);
  if (!segment.ok()) return segment.status();
  return [bit = *segment](const CustomerScore& score) { return ((score.named_segments >> bit) & 1) != 0; };
}

}  // namespace

absl::StatusOr<v1::ListSegmentsResponse> SegmentQueries::ListSegments() const {
  const std::shared_ptr<const ServedModel> model = slot_->Get();
  if (model == nullptr) return NoModelYet();
  std::vector<ScoreSums> sums(catalogue_->size());
  int64_t all = 0;
  board_->ForEachScored([&](const std::string&, const CustomerScore& score) {
    ++all;
    for (size_t i = 0; i < sums.size(); ++i) {
      if (((score.named_segments >> i) & 1) != 0) sums[i].Add(score);
    }
  });
  std::optional<SegmentReading> reading;
  if (const std::optional<FeatureSchema> schema = engine_->PresentSchema()) {
    reading.emplace(*catalogue_, *schema, model->model);
  }
  v1::ListSegmentsResponse response;
  *response.mutable_risk() = RiskMessage(model->risk);
  for (size_t i = 0; i < sums.size(); ++i) {
    v1::SegmentCount* count = response.add_segments();
    *count->mutable_definition() = catalogue_->declarations().segments(static_cast<int>(i));
    count->set_rule(PredicateText(count->definition().who()));
    if (reading.has_value()) count->set_problem(reading->problem(i));
    FillCount(sums[i], all, count);
  }
  return response;
}

absl::StatusOr<std::vector<size_t>> SegmentQueries::Wanted(const v1::CheckSegmentsRequest& request) const {
  std::vector<size_t> wanted;
  for (const std::string& name : request.segments()) {
    const absl::StatusOr<size_t> segment = catalogue_->Find(name);
    if (!segment.ok()) return segment.status();
    wanted.push_back(*segment);
  }
  for (size_t i = 0; request.segments().empty() && i < catalogue_->size(); ++i) wanted.push_back(i);
  std::ranges::sort(wanted);
  return wanted;
}

absl::StatusOr<v1::CheckSegmentsResponse> SegmentQueries::CheckSegments(const v1::CheckSegmentsRequest& request) const {
  const std::shared_ptr<const ServedModel> model = slot_->Get();
  if (model == nullptr) return NoModelYet();
  if (request.customer_id().empty()) return InvalidField("customer_id", "is required");
  const auto wanted = Wanted(request);
  if (!wanted.ok()) return wanted.status();
  const auto known = engine_->Find(request.customer_id());
  if (!known.ok()) return known.status();
  if (!known->has_value() || !(*known)->record.score.scored()) {
    return absl::NotFoundError(absl::StrCat("customer `", request.customer_id().substr(0, 128), "` has no score"));
  }
  const ScoreRecord& record = (*known)->record;
  const SegmentReading reading(*catalogue_, (*known)->schema, model->model);
  CustomerFacts facts = FactsOf(record.vector, record.score);
  facts.segments = reading.SegmentsOf(facts);
  v1::CheckSegmentsResponse response;
  FillScore(record.customer_id, record.score, *catalogue_, response.mutable_score());
  for (const size_t segment : *wanted) {
    v1::SegmentCheck* check = response.add_segments();
    check->set_segment(catalogue_->names()[segment]);
    check->set_member(((facts.segments >> segment) & 1) != 0);
    check->set_problem(reading.problem(segment));
    for (v1::ConditionCheck& condition : reading.Explain(segment, facts))
      *check->add_conditions() = std::move(condition);
  }
  return response;
}

absl::StatusOr<v1::SegmentProfile> SegmentQueries::ProfileSegment(const v1::ProfileSegmentRequest& request) const {
  const std::shared_ptr<const ServedModel> model = slot_->Get();
  if (model == nullptr) return NoModelYet();
  if (request.segment().empty()) return InvalidField("segment", "is required");
  const auto is_member = MembersOf(request.segment(), *catalogue_);
  if (!is_member.ok()) return is_member.status();
  const std::optional<FeatureSchema> schema = engine_->PresentSchema();
  if (!schema.has_value()) return NoModelYet();
  const std::vector<uint32_t> members = board_->FindScored(*is_member);
  const std::vector<uint32_t> others =
      board_->FindScored([&](const CustomerScore& score) { return !(*is_member)(score); });

  v1::SegmentProfile profile;
  profile.set_segment(request.segment());
  profile.set_customers(static_cast<int64_t>(members.size()));
  profile.set_others(static_cast<int64_t>(others.size()));
  profile.set_sampled(static_cast<int64_t>(kMostProfiled));
  profile.set_model_version(model->version);
  if (const std::optional<size_t> declared = catalogue_->IndexOf(request.segment())) {
    *profile.mutable_description() = catalogue_->declarations().segments(static_cast<int>(*declared)).description();
  }
  ProfileSample sample(*schema);
  const std::vector<uint32_t> inside = EvenSample(members, kMostProfiled), outside = EvenSample(others, kMostProfiled);
  auto next_inside = inside.begin(), next_outside = outside.begin();
  const absl::Status read =
      engine_->ForEachRecord([&](uint32_t customer, const ScoreRecord& record, const FeatureSchema& of_record) {
        while (next_inside != inside.end() && *next_inside < customer) ++next_inside;
        while (next_outside != outside.end() && *next_outside < customer) ++next_outside;
        const bool in = next_inside != inside.end() && *next_inside == customer;
        const bool out = next_outside != outside.end() && *next_outside == customer;
        if ((in || out) && record.score.scored()) sample.Add(record, of_record, in);
        return absl::OkStatus();
      });
  if (!read.ok()) return read;
  sample.FillFeatures(&profile);
  return profile;
}

}  // namespace ebb::scorer
