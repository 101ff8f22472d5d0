#include "trainer/report/findings.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_set>

namespace ebb::trainer {
namespace {

constexpr double kNearDuplicate = 0.95;  // association
constexpr int64_t kAGroup = 20;          // of so many rows one that is far out: more are a group of their own
constexpr double kImbalanced = 0.1;      // share of the rarer class

v1::DataFinding Finding(v1::DataFinding::Kind kind, const std::string& feature = "", int64_t count = 0,
                        double figure = 0) {
  v1::DataFinding finding;
  finding.set_kind(kind);
  finding.set_feature(feature);
  finding.set_count(count);
  finding.set_figure(figure);
  return finding;
}

v1::DataFinding::Kind KindOf(LeftOutInput::Cause cause) {
  switch (cause) {
    case LeftOutInput::Cause::kEmpty:
      return v1::DataFinding::EMPTY;
    case LeftOutInput::Cause::kConstant:
      return v1::DataFinding::CONSTANT;
    case LeftOutInput::Cause::kNotCovered:
      return v1::DataFinding::NOT_COVERED;
  }
  return v1::DataFinding::KIND_UNSPECIFIED;
}

// Rows that say in every feature what an earlier row says.
int64_t DuplicateRows(const Dataset& dataset) {
  std::unordered_set<std::string> seen;
  int64_t duplicates = 0;
  for (size_t row = 0; row < dataset.rows(); ++row) {
    std::string text;
    for (size_t f = 0; f < dataset.schema().size(); ++f) {
      if (dataset.schema()[f].kind == FeatureKind::kNumber) {
        const double value = dataset.Numbers(f)[row];
        text.append(reinterpret_cast<const char*>(&value), sizeof(value));
      } else {
        const int32_t code = dataset.Categories(f).codes[row];
        text.append(reinterpret_cast<const char*>(&code), sizeof(code));
      }
    }
    duplicates += seen.insert(std::move(text)).second ? 0 : 1;
  }
  return duplicates;
}

}  // namespace

std::vector<v1::DataFinding> FindInData(const Dataset& dataset, const std::vector<LeftOutInput>& left_out,
                                        const std::vector<v1::FeatureDescription>& features,
                                        const v1::AssociationMatrix& associations) {
  std::vector<v1::DataFinding> findings;
  for (const LeftOutInput& input : left_out) findings.push_back(Finding(KindOf(input.cause), input.name));
  const auto rows = static_cast<int64_t>(dataset.rows());
  for (const v1::FeatureDescription& feature : features) {
    if (feature.missing() > 0 && feature.missing() < rows) {
      findings.push_back(Finding(v1::DataFinding::MISSING, feature.name(), feature.missing()));
    }
    if (feature.number().outliers() > 0 && feature.number().outliers() * kAGroup <= rows) {
      findings.push_back(Finding(v1::DataFinding::OUTLIERS, feature.name(), feature.number().outliers()));
    }
    if (!feature.input() || !feature.has_number()) continue;
    const double auc = feature.label().strength().value();
    if (std::max(auc, 1 - auc) >= kLeakingRocAuc) {
      findings.push_back(Finding(v1::DataFinding::LEAKING, feature.name(), 0, std::max(auc, 1 - auc)));
    }
  }
  const int size = associations.features_size();
  for (int a = 0; a < size; ++a) {
    for (int b = 0; b < a; ++b) {
      if (const double value = associations.values(a * size + b); value >= kNearDuplicate) {
        v1::DataFinding finding = Finding(v1::DataFinding::NEAR_DUPLICATE, associations.features(b), 0, value);
        finding.set_other(associations.features(a));
        findings.push_back(finding);
      }
    }
  }
  if (const int64_t duplicates = DuplicateRows(dataset); duplicates > 0) {
    findings.push_back(Finding(v1::DataFinding::DUPLICATE_ROWS, "", duplicates));
  }
  const double declined = static_cast<double>(dataset.positives()) / static_cast<double>(dataset.rows());
  if (const double rarer = std::min(declined, 1 - declined); rarer < kImbalanced) {
    findings.push_back(Finding(v1::DataFinding::IMBALANCE, "", 0, rarer));
  }
  return findings;
}

}  // namespace ebb::trainer
