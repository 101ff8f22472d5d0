#include "scorer/segments/predicate.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scorer/segments/condition_text.h"

namespace ebb::scorer {
namespace {

// A value of a customer as a condition sees it.
struct ConditionValue {
  std::optional<double> number;
  std::string_view category;  // empty: none
  // Something is known of this customer, not only a default.
  bool known = false;
};

std::string_view TierName(ProfitTier tier) {
  switch (tier) {
    case ProfitTier::kLow:
      return "low";
    case ProfitTier::kMiddle:
      return "middle";
    case ProfitTier::kHigh:
      return "high";
    case ProfitTier::kUnknown:
      return "unknown";
  }
  return "unknown";
}

ConditionValue NumberValue(std::optional<double> number) {
  return {.number = number, .category = {}, .known = number.has_value()};
}

ConditionValue CategoryValue(std::string_view category) {
  return {.number = std::nullopt, .category = category, .known = true};
}

ConditionValue ValueOf(const v1::Condition& condition, size_t place, const CustomerFacts& facts) {
  if (condition.has_feature()) {
    const KeptValue& kept = (*facts.vector)[place];
    ConditionValue value{.number = std::nullopt, .category = {}, .known = false};
    if (kept.kind == KeptValue::Kind::kNumber) value.number = kept.number;
    if (kept.kind == KeptValue::Kind::kCategory) value.category = kept.category;
    value.known = kept.kind != KeptValue::Kind::kMissing && !kept.never_seen;
    return value;
  }
  switch (condition.value()) {
    case v1::Condition::PROBABILITY:
      return NumberValue(facts.probability);
    case v1::Condition::MONTHLY_PROFIT:
      return NumberValue(facts.monthly_profit);
    case v1::Condition::VALUE_AT_RISK:
      return NumberValue(ValueAtRisk(facts.probability, facts.monthly_profit));
    case v1::Condition::PROFIT_TIER:
      return CategoryValue(TierName(facts.segment.tier));
    case v1::Condition::RISK_BAND:
      return CategoryValue(facts.segment.band == RiskBand::kAtRisk ? "at_risk" : "stable");
    default:
      return {};
  }
}

bool InRange(double number, const v1::NumberRange& range) {
  return (!range.has_at_least() || number >= range.at_least()) && (!range.has_above() || number > range.above()) &&
         (!range.has_at_most() || number <= range.at_most()) && (!range.has_below() || number < range.below());
}

bool IsBit(uint64_t mask, size_t bit) { return ((mask >> bit) & 1) != 0; }

std::string ValueText(const v1::Condition& condition, size_t place, const CustomerFacts& facts) {
  if (condition.has_segment()) return IsBit(facts.segments, place) ? "in it" : "not in it";
  const ConditionValue value = ValueOf(condition, place, facts);
  if (value.number.has_value()) return absl::StrCat(*value.number, value.known ? "" : " (a default: nothing was seen)");
  return std::string(value.category);
}

}  // namespace

CustomerFacts FactsOf(const std::vector<KeptValue>& vector, const CustomerScore& score) {
  return {.vector = &vector,
          .probability = score.probability,
          .monthly_profit = score.monthly_profit,
          .segment = score.segment,
          .segments = 0};
}

absl::StatusOr<std::vector<Predicate::Test>> Predicate::CompileList(
    const google::protobuf::RepeatedPtrField<v1::Condition>& conditions, const Names& names) {
  std::vector<Test> tests;
  for (const v1::Condition& condition : conditions) {
    Test test{.condition = condition, .place = 0, .leading = {}};
    if (condition.has_segment()) {
      test.place = static_cast<size_t>(std::ranges::find(names.segments, condition.segment()) - names.segments.begin());
    } else if (condition.has_feature()) {
      const std::optional<size_t> place = names.schema->IndexOf(condition.feature());
      const bool wants_number = condition.has_number();
      const bool any_kind = condition.has_known();
      if (!place.has_value() || (!any_kind && ((*names.schema)[*place].kind == FeatureKind::kNumber) != wants_number)) {
        return absl::FailedPreconditionError(absl::StrCat("`", ConditionText(condition), "`: the store has no ",
                                                          any_kind       ? "feature "
                                                          : wants_number ? "number "
                                                                         : "category ",
                                                          condition.feature(), ": declare it there"));
      }
      test.place = *place;
      if (condition.has_leading_category()) {
        const std::optional<size_t> trained = names.model->schema.IndexOf(condition.feature());
        if (trained.has_value() && *trained < names.model->background.size()) {
          test.leading = names.model->background[*trained].most_frequent;
        }
        if (test.leading.empty()) {
          return absl::FailedPreconditionError(absl::StrCat(
              "`", ConditionText(condition), "`: the model's training knows no most frequent category of it"));
        }
      }
    }
    tests.push_back(std::move(test));
  }
  return tests;
}

absl::StatusOr<Predicate> Predicate::Compile(const v1::Predicate& predicate, const Names& names) {
  Predicate compiled;
  for (const auto& [conditions, tests] :
       {std::pair(&predicate.all_of(), &compiled.all_of_), std::pair(&predicate.any_of(), &compiled.any_of_),
        std::pair(&predicate.none_of(), &compiled.none_of_)}) {
    auto list = CompileList(*conditions, names);
    if (!list.ok()) return list.status();
    *tests = *std::move(list);
  }
  return compiled;
}

bool Predicate::Passes(const Test& test, const CustomerFacts& facts) {
  const v1::Condition& condition = test.condition;
  if (condition.has_segment()) return IsBit(facts.segments, test.place);
  const ConditionValue value = ValueOf(condition, test.place, facts);
  switch (condition.test_case()) {
    case v1::Condition::kNumber:
      return value.number.has_value() && InRange(*value.number, condition.number());
    case v1::Condition::kCategory:
      return !value.category.empty() &&
             std::ranges::find(condition.category().one_of(), value.category) != condition.category().one_of().end();
    case v1::Condition::kLeadingCategory:
      return !value.category.empty() && (value.category == test.leading) == condition.leading_category();
    case v1::Condition::kKnown:
      return value.known == condition.known();
    case v1::Condition::TEST_NOT_SET:
      return false;
  }
  return false;
}

bool Predicate::Holds(const CustomerFacts& facts) const {
  const auto passes = [&](const Test& test) { return Passes(test, facts); };
  return std::ranges::all_of(all_of_, passes) && (any_of_.empty() || std::ranges::any_of(any_of_, passes)) &&
         std::ranges::none_of(none_of_, passes);
}

std::vector<v1::ConditionCheck> Predicate::Explain(const CustomerFacts& facts) const {
  std::vector<v1::ConditionCheck> checks;
  for (const auto& [list, tests] :
       {std::pair("all_of", &all_of_), std::pair("any_of", &any_of_), std::pair("none_of", &none_of_)}) {
    for (const Test& test : *tests) {
      v1::ConditionCheck& check = checks.emplace_back();
      check.set_list(list);
      check.set_condition(ConditionText(test.condition));
      if (!test.leading.empty()) {
        check.set_condition(absl::StrCat(check.condition(), " (", test.leading, ")"));
      }
      check.set_value(ValueText(test.condition, test.place, facts));
      check.set_holds(Passes(test, facts));
    }
  }
  return checks;
}

}  // namespace ebb::scorer
