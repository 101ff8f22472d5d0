#include "clients/cli/score_reasons.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace ebb {
namespace {

Cell ValueOf(const v1::Contribution& reason) {
  if (reason.value_case() == v1::Contribution::kNumber) return RealCell(reason.number());
  return reason.value_case() == v1::Contribution::kCategory ? TextCell(reason.category()) : NoCell();
}

Cell ScaleCell(const v1::Reasons& reasons) {
  if (reasons.scale() == v1::EXPLANATION_SCALE_UNSPECIFIED) return NoCell();
  return TextCell(absl::AsciiStrToLower(v1::ExplanationScale_Name(reasons.scale())));
}

std::string ReasonJson(const v1::Contribution& reason) {
  Record record;
  record.Add("feature", TextCell(reason.feature()));
  record.Add("group", reason.group().empty() ? NoCell() : TextCell(reason.group()));
  record.Add("value", ValueOf(reason));
  record.Add("contribution", RealCell(reason.contribution()));
  record.Add("lever", BoolCell(reason.lever()));
  record.Add("sentence", TextCell(reason.sentence()));
  return JsonLine(record);
}

}  // namespace

std::string ReasonLines(const v1::Reasons& reasons) {
  std::string lines;
  for (const v1::Contribution& reason : reasons.contributions())
    absl::StrAppend(&lines, "    ", reason.sentence(), "\n");
  return lines;
}

std::string ReasonsJson(const v1::Reasons& reasons) {
  return absl::StrCat(
      "[",
      absl::StrJoin(reasons.contributions(), ",",
                    [](std::string* out, const v1::Contribution& reason) { absl::StrAppend(out, ReasonJson(reason)); }),
      "]");
}

std::string WithReasonsJson(std::string object, const v1::Reasons& reasons) {
  Record about;
  about.Add("reasons_method", ReasonsMethodCell(reasons));
  about.Add("reasons_scale", ScaleCell(reasons));
  const std::string fields = JsonLine(about);
  object.pop_back();  // both are objects in braces
  return absl::StrCat(object, ",", fields.substr(1, fields.size() - 2), ",\"reasons\":", ReasonsJson(reasons), "}");
}

Cell ReasonsCell(const v1::Reasons& reasons) {
  if (reasons.contributions().empty()) return NoCell();
  return TextCell(absl::StrJoin(reasons.contributions(), "; ", [](std::string* out, const v1::Contribution& reason) {
    absl::StrAppend(out, reason.sentence());
  }));
}

Cell ReasonsMethodCell(const v1::Reasons& reasons) {
  if (reasons.method() == v1::EXPLANATION_METHOD_UNSPECIFIED) return NoCell();
  return TextCell(absl::AsciiStrToLower(v1::ExplanationMethod_Name(reasons.method())));
}

}  // namespace ebb
