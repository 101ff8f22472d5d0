#include "scorer/segments/condition_text.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace ebb::scorer {
namespace {

std::string RangeText(const std::string& subject, const v1::NumberRange& range) {
  std::vector<std::string> parts;
  if (range.has_at_least()) parts.push_back(absl::StrCat(subject, " ≥ ", range.at_least()));
  if (range.has_above()) parts.push_back(absl::StrCat(subject, " > ", range.above()));
  if (range.has_at_most()) parts.push_back(absl::StrCat(subject, " ≤ ", range.at_most()));
  if (range.has_below()) parts.push_back(absl::StrCat(subject, " < ", range.below()));
  return absl::StrJoin(parts, " and ");
}

std::string ListText(const google::protobuf::RepeatedPtrField<v1::Condition>& conditions, const char* separator) {
  return absl::StrJoin(conditions, separator,
                       [](std::string* out, const v1::Condition& c) { out->append(ConditionText(c)); });
}

}  // namespace

std::string SubjectText(const v1::Condition& condition) {
  switch (condition.subject_case()) {
    case v1::Condition::kFeature:
      return condition.feature();
    case v1::Condition::kValue:
      return absl::AsciiStrToLower(v1::Condition::Value_Name(condition.value()));
    case v1::Condition::kSegment:
      return absl::StrCat("segment ", condition.segment());
    case v1::Condition::SUBJECT_NOT_SET:
      return "nothing";
  }
  return "nothing";
}

std::string ConditionText(const v1::Condition& condition) {
  const std::string subject = SubjectText(condition);
  switch (condition.test_case()) {
    case v1::Condition::kNumber:
      return RangeText(subject, condition.number());
    case v1::Condition::kCategory:
      return absl::StrCat(subject, " is ", absl::StrJoin(condition.category().one_of(), " or "));
    case v1::Condition::kLeadingCategory:
      return absl::StrCat(subject,
                          condition.leading_category() ? " is the leading category" : " is not the leading category");
    case v1::Condition::kKnown:
      return absl::StrCat(subject, condition.known() ? " is known" : " is not known");
    case v1::Condition::TEST_NOT_SET:
      return absl::StrCat("in ", subject);
  }
  return subject;
}

std::string PredicateText(const v1::Predicate& predicate) {
  std::vector<std::string> parts;
  if (!predicate.all_of().empty()) parts.push_back(ListText(predicate.all_of(), " and "));
  if (predicate.any_of_size() == 1) parts.push_back(ConditionText(predicate.any_of(0)));
  if (predicate.any_of_size() > 1) parts.push_back(absl::StrCat("(", ListText(predicate.any_of(), " or "), ")"));
  if (!predicate.none_of().empty()) parts.push_back(absl::StrCat("not (", ListText(predicate.none_of(), " or "), ")"));
  return absl::StrJoin(parts, " and ");
}

}  // namespace ebb::scorer
