#include "scorer/score_filter.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "runtime/rpc/error_details.h"

namespace ebb::scorer {
namespace {

constexpr int kMostCustomers = 10'000;

absl::Status Invalid(absl::string_view field, absl::string_view rule) {
  return InvalidField(absl::StrCat("filter.", field), rule);
}

absl::Status CheckBound(absl::string_view field, double value) {
  return std::isnan(value) ? Invalid(field, "is not a number") : absl::OkStatus();
}

}  // namespace

absl::StatusOr<ScoreFilter> ScoreFilter::Make(const v1::ScoreFilter& message, const SegmentCatalogue& catalogue) {
  ScoreFilter filter;
  for (int i = 0; i < message.segments_size(); ++i) {
    const std::optional<Segment> segment = ParseSegment(message.segments(i));
    if (!segment.has_value()) {
      return Invalid(
          absl::StrCat("segments[", i, "]"),
          absl::StrCat("is `", message.segments(i).substr(0, 64),
                       "`, which is no segment; a segment is {low,middle,high,unknown}_profit/{stable,at_risk}"));
    }
    filter.segments_[SegmentIndex(*segment)] = true;
    filter.any_segment_ = false;
  }
  for (const auto& [field, value] : {std::pair("min_probability", message.min_probability()),
                                     std::pair("max_probability", message.max_probability()),
                                     std::pair("min_value_at_risk", message.min_value_at_risk())}) {
    if (absl::Status status = CheckBound(field, value); !status.ok()) return status;
  }
  for (const std::string& name : message.named_segments()) {
    const absl::StatusOr<size_t> segment = catalogue.Find(name);
    if (!segment.ok()) return segment.status();
    filter.named_segments_ |= uint64_t{1} << *segment;
  }
  if (!(message.min_change() >= 0 && message.min_change() <= 1)) {
    return Invalid("min_change", absl::StrCat("is ", message.min_change(), ", must be from 0 to 1"));
  }
  if (message.has_min_probability() && message.has_max_probability() &&
      message.min_probability() > message.max_probability()) {
    return Invalid("min_probability", absl::StrCat("is ", message.min_probability(), ", above max_probability ",
                                                   message.max_probability(), ": nobody could pass"));
  }
  if (message.customer_ids_size() > kMostCustomers) {
    return Invalid("customer_ids", absl::StrCat("has ", message.customer_ids_size(), " customers, at most ",
                                                kMostCustomers, " are allowed: subscribe several times"));
  }
  filter.customers_.insert(message.customer_ids().begin(), message.customer_ids().end());
  filter.bounds_ = message;
  filter.bounds_.clear_customer_ids();
  return filter;
}

bool ScoreFilter::Passes(const std::string& customer_id, const CustomerScore& score) const {
  if (!any_segment_ && !segments_[SegmentIndex(score.held_segment())]) return false;
  if (named_segments_ != 0 && (named_segments_ & score.held_named_segments) == 0) return false;
  if (bounds_.has_min_probability() && score.probability < bounds_.min_probability()) return false;
  if (bounds_.has_max_probability() && score.probability > bounds_.max_probability()) return false;
  if (bounds_.has_min_value_at_risk()) {
    const std::optional<double> value = ValueAtRisk(score.probability, score.monthly_profit);
    if (!value.has_value() || *value < bounds_.min_value_at_risk()) return false;
  }
  return customers_.empty() || customers_.contains(customer_id);
}

}  // namespace ebb::scorer
