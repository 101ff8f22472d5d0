#include "scorer/segments/predicate_check.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scorer/segments/condition_text.h"

namespace ebb::scorer {
namespace {

// Empty: nothing is wrong.
std::string RangeMistake(const v1::NumberRange& range) {
  if (range.has_at_least() && range.has_above()) return "has both at_least and above: leave one out";
  if (range.has_at_most() && range.has_below()) return "has both at_most and below: leave one out";
  const bool from = range.has_at_least() || range.has_above();
  const bool to = range.has_at_most() || range.has_below();
  if (!from && !to) return "needs at_least, above, at_most or below";
  for (const double bound : {range.at_least(), range.above(), range.at_most(), range.below()}) {
    if (!std::isfinite(bound)) return "has a bound that is no finite number";
  }
  if (!from || !to) return "";
  const double least = range.has_at_least() ? range.at_least() : range.above();
  const double most = range.has_at_most() ? range.at_most() : range.below();
  const bool closed = range.has_at_least() && range.has_at_most();
  if (closed ? least <= most : least < most) return "";
  return absl::StrCat("leaves nothing between ", least, " and ", most);
}

bool IsNumber(v1::Condition::Value value) {
  return value == v1::Condition::PROBABILITY || value == v1::Condition::MONTHLY_PROFIT ||
         value == v1::Condition::VALUE_AT_RISK;
}

// What a tier or band may be compared with.
std::vector<std::string> CategoriesOf(v1::Condition::Value value) {
  if (value == v1::Condition::PROFIT_TIER) return {"low", "middle", "high", "unknown"};
  return {"stable", "at_risk"};
}

std::string CategoryMistake(const v1::Condition& condition) {
  const auto& categories = condition.category().one_of();
  if (categories.empty()) return "category: one_of needs at least one category";
  for (const std::string& category : categories) {
    if (category.empty()) return "category: one_of has an empty category; a missing value is `known: false`";
    if (!condition.has_value()) continue;
    const std::vector<std::string> allowed = CategoriesOf(condition.value());
    if (std::ranges::find(allowed, category) == allowed.end()) {
      return absl::StrCat("category: ", SubjectText(condition), " is never `", category, "`; use ",
                          absl::StrJoin(allowed, ", "));
    }
  }
  return "";
}

std::string TestMistake(const v1::Condition& condition) {
  const bool value_is_number = condition.has_value() && IsNumber(condition.value());
  switch (condition.test_case()) {
    case v1::Condition::kNumber: {
      if (condition.has_value() && !value_is_number) {
        return absl::StrCat("number: ", SubjectText(condition), " is a category; test it with `category`");
      }
      const std::string mistake = RangeMistake(condition.number());
      return mistake.empty() ? "" : absl::StrCat("number: ", mistake);
    }
    case v1::Condition::kCategory:
      if (value_is_number) {
        return absl::StrCat("category: ", SubjectText(condition), " is a number; test it with `number`");
      }
      return CategoryMistake(condition);
    case v1::Condition::kLeadingCategory:
      return condition.has_feature() ? "" : "leading_category: only of a feature";
    case v1::Condition::kKnown:
      return "";
    case v1::Condition::TEST_NOT_SET:
      return "needs a test: number, category, leading_category or known";
  }
  return "";
}

std::string ConditionMistake(const v1::Condition& condition, std::span<const std::string> segments) {
  switch (condition.subject_case()) {
    case v1::Condition::SUBJECT_NOT_SET:
      return "needs a subject: feature, value or segment";
    case v1::Condition::kSegment:
      if (condition.test_case() != v1::Condition::TEST_NOT_SET) {
        return "tests a segment: leave the test out, being in the segment is the condition";
      }
      if (std::ranges::find(segments, condition.segment()) == segments.end()) {
        return absl::StrCat("segment: `", condition.segment(), "` is not declared before this place");
      }
      return "";
    case v1::Condition::kFeature:
      if (condition.feature().empty()) return "feature: is empty";
      return TestMistake(condition);
    case v1::Condition::kValue:
      if (condition.value() == v1::Condition::VALUE_UNSPECIFIED) return "value: is unspecified";
      return TestMistake(condition);
  }
  return "";
}

}  // namespace

void CheckPredicate(const v1::Predicate& predicate, std::span<const std::string> segments, const std::string& owner,
                    const TextLocations* where, const TextMistake& around, std::vector<TextMistake>* mistakes) {
  const google::protobuf::Descriptor& descriptor = *v1::Predicate::descriptor();
  size_t conditions = 0;
  for (const auto& [name, list] : {std::pair("all_of", &predicate.all_of()), std::pair("any_of", &predicate.any_of()),
                                   std::pair("none_of", &predicate.none_of())}) {
    for (int i = 0; i < list->size(); ++i, ++conditions) {
      const std::string mistake = ConditionMistake(list->Get(i), segments);
      if (mistake.empty()) continue;
      mistakes->push_back(
          MistakeAt(descriptor, name, i, where, around, absl::StrCat(owner, ": ", name, "[", i, "]: ", mistake)));
    }
  }
  if (conditions > 0) return;
  TextMistake empty = around;
  empty.message = absl::StrCat(owner, ": needs at least one condition");
  mistakes->push_back(std::move(empty));
}

}  // namespace ebb::scorer
