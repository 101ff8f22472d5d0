#include "trainer/data_check.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "trainer/evaluation/metrics.h"

namespace ebb::trainer {
namespace {

constexpr int64_t kLeastRowsOfAClass = 20;

enum class Variety { kEmpty, kConstant, kVaries };

Variety VarietyOfNumbers(const std::vector<double>& values) {
  std::optional<double> first;
  for (double value : values) {
    if (std::isnan(value)) continue;  // will be imputed, so whether it is missing tells a model nothing
    if (first && value != *first) return Variety::kVaries;
    first = value;
  }
  return first ? Variety::kConstant : Variety::kEmpty;
}

Variety VarietyOfCategories(const Dataset::CategoryColumn& column) {
  int32_t first = -1;
  for (int32_t code : column.codes) {
    if (code < 0) continue;
    if (first >= 0 && code != first) return Variety::kVaries;
    first = code;
  }
  return first < 0 ? Variety::kEmpty : Variety::kConstant;
}

Variety VarietyOf(const Dataset& dataset, size_t feature) {
  return dataset.schema()[feature].kind == FeatureKind::kNumber ? VarietyOfNumbers(dataset.Numbers(feature))
                                                                : VarietyOfCategories(dataset.Categories(feature));
}

// Of the rows that have a value; 0.5 where a class has none.
double RocAucAlone(const Dataset& dataset, size_t feature) {
  std::vector<double> values;
  std::vector<uint8_t> labels;
  for (size_t row = 0; row < dataset.rows(); ++row) {
    if (std::isnan(dataset.Numbers(feature)[row])) continue;
    values.push_back(dataset.Numbers(feature)[row]);
    labels.push_back(dataset.labels()[row]);
  }
  const double auc = RocAuc(values, labels);
  return std::isnan(auc) ? 0.5 : std::max(auc, 1 - auc);
}

std::string LeftOut(const v1::TrainingSetSummary& summary) {
  if (summary.exclusions().empty()) return "";
  std::vector<std::string> parts;
  for (const auto& exclusion : summary.exclusions()) {
    parts.push_back(absl::StrCat(exclusion.rows(), " ", exclusion.reason()));
  }
  return absl::StrCat(" (left out: ", absl::StrJoin(parts, ", "), ")");
}

}  // namespace

int64_t LeastRowsOfAClass(const v1::TrainingOptions& options) {
  // Two of a class in every fold of what the hold-out leaves.
  const double for_folds = std::ceil(2.0 * options.folds() / (1.0 - options.holdout_share()));
  return std::max(kLeastRowsOfAClass, static_cast<int64_t>(for_folds));
}

absl::Status CheckEnoughRows(const v1::TrainingSetSummary& summary, const v1::TrainingOptions& options) {
  const int64_t least = LeastRowsOfAClass(options);
  const int64_t steady = summary.rows() - summary.declined();
  if (summary.declined() >= least && steady >= least) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the training set has ", summary.rows(), " labelled rows, ",
                                                    summary.declined(), " declined and ", steady, " steady; at least ",
                                                    least, " of each are needed", LeftOut(summary),
                                                    ": import labelled customers, or ask for more as-of times"));
}

const char* LeftOutInput::Reason() const {
  switch (cause) {
    case Cause::kEmpty:
      return "has no values";
    case Cause::kConstant:
      return "is the same in every row";
    case Cause::kNotCovered:
      return "is not covered: the store's events do not reach back over its window yet";
  }
  return "";
}

std::vector<LeftOutInput> InputsToLeaveOut(const Dataset& dataset, const v1::TrainingSetSummary& summary) {
  const auto& uncovered = summary.uncovered_features();
  std::vector<LeftOutInput> left_out;
  for (size_t i = 0; i < dataset.schema().size(); ++i) {
    const FeatureSpec& spec = dataset.schema()[i];
    if (!IsInput(spec.role)) continue;
    const Variety variety = VarietyOf(dataset, i);
    if (variety == Variety::kEmpty) {
      left_out.push_back({spec.name, LeftOutInput::Cause::kEmpty});
    } else if (variety == Variety::kConstant) {
      left_out.push_back({spec.name, LeftOutInput::Cause::kConstant});
    } else if (std::find(uncovered.begin(), uncovered.end(), spec.name) != uncovered.end()) {
      left_out.push_back({spec.name, LeftOutInput::Cause::kNotCovered});
    }
  }
  return left_out;
}

absl::Status CheckInputs(const Dataset& dataset, const std::vector<LeftOutInput>& left_out) {
  const auto inputs =
      static_cast<size_t>(std::count_if(dataset.schema().specs().begin(), dataset.schema().specs().end(),
                                        [](const FeatureSpec& spec) { return IsInput(spec.role); }));
  if (left_out.size() < inputs) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("none of the ", inputs,
                                                    " input features differs between customers, so nothing can be "
                                                    "learnt: import values or push events, and check the "
                                                    "store's feature declarations"));
}

std::vector<std::string> DescribeInputs(const Dataset& dataset, const std::vector<LeftOutInput>& left_out) {
  std::vector<std::string> findings;
  for (size_t i = 0; i < dataset.schema().size(); ++i) {
    const FeatureSpec& spec = dataset.schema()[i];
    const auto out = std::find_if(left_out.begin(), left_out.end(),
                                  [&](const LeftOutInput& input) { return input.name == spec.name; });
    if (out != left_out.end())
      findings.push_back(absl::StrCat("`", spec.name, "` ", out->Reason(), "; it is left out"));
    if (!IsInput(spec.role) || out != left_out.end() || spec.kind != FeatureKind::kNumber) continue;
    if (const double auc = RocAucAlone(dataset, i); auc >= kLeakingRocAuc) {
      findings.push_back(
          absl::StrCat("`", spec.name, "` alone has ROC-AUC ", auc, ": check that it was known before the label"));
    }
  }
  return findings;
}

}  // namespace ebb::trainer
