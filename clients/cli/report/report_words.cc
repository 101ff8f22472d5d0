#include "clients/cli/report/report_words.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "clients/cli/report/html_text.h"
#include "clients/cli/report/report_phrases.h"

namespace ebb {
namespace {

struct Named {
  const char* name;
  Phrase phrase;
};

constexpr Named kGroups[] = {{"communication", phrase::kCommunication},
                             {"product", phrase::kProduct},
                             {"purchase", phrase::kPurchase},
                             {"site", phrase::kSite}};
constexpr Named kScales[] = {{"decision_value", phrase::kDecisionValue},
                             {"log_odds", phrase::kLogOdds},
                             {"share", phrase::kShare},
                             {"probability", phrase::kProbabilityScale}};
constexpr Named kMetricNames[] = {{"roc_auc", phrase::kRocAuc},
                                  {"pr_auc", phrase::kPrAuc},
                                  {"brier", phrase::kBrier},
                                  {"log_loss", phrase::kLogLoss},
                                  {"calibration_error", phrase::kCalibrationError},
                                  {"f1", phrase::kF1},
                                  {"recall", phrase::kRecall},
                                  {"precision", phrase::kPrecisionMetric},
                                  {"accuracy", phrase::kAccuracy},
                                  {"revenue_smape", phrase::kRevenueSmape}};
constexpr Named kTiers[] = {{"low", phrase::kTierLow}, {"middle", phrase::kTierMiddle}, {"high", phrase::kTierHigh}};

template <size_t N>
std::string Find(const Speech& say, const Named (&names)[N], const std::string& name) {
  for (const Named& known : names) {
    if (name == known.name) return say(known.phrase);
  }
  return name;
}

// How far a relation is from telling nothing, 0 to 1.
double Strength(const v1::LabelRelation& relation) {
  const double value = relation.strength().value();
  if (!std::isfinite(value)) return -1;
  switch (relation.measure()) {
    case v1::LabelRelation::ROC_AUC:
      return std::abs(value - 0.5) * 2;
    case v1::LabelRelation::CRAMERS_V:
      return value;
    default:
      return -1;
  }
}

}  // namespace

std::string ReportWords::Group(const std::string& name) const { return name.empty() ? "–" : Find(say, kGroups, name); }

std::string ReportWords::Scale() const { return Find(say, kScales, report.importances().scale()); }

std::string ReportWords::Metric(const std::string& name) const {
  const std::pair<const char*, Phrase> sets[] = {{"holdout_", phrase::kOnHoldout},
                                                 {"cross_validated_", phrase::kOnCrossValidated}};
  for (const auto& [prefix, set] : sets) {
    if (!name.starts_with(prefix)) continue;
    const std::string rest = name.substr(std::string(prefix).size());
    const std::string found = Find(say, kMetricNames, rest);
    // A metric that is not known keeps its whole name.
    const bool known = found != rest || rest == "f1";
    return known ? say(set, found) : name;
  }
  return Find(say, kMetricNames, name);
}

std::string ReportWords::Family(const std::string& name) const {
  std::string words = name;
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string ReportWords::Segment(const v1::SegmentDescription& segment) const {
  return say(phrase::kSegmentName, Find(say, kTiers, segment.profit_tier()),
             say(segment.at_risk() ? phrase::kAtRisk : phrase::kNotAtRisk));
}

std::string ReportWords::Relation(const v1::LabelRelation& relation) const {
  const std::string figure = say.WithInterval(relation.strength(), 2);
  switch (relation.measure()) {
    case v1::LabelRelation::ROC_AUC:
      return "ROC-AUC " + figure;
    case v1::LabelRelation::CRAMERS_V:
      return say(phrase::kCramersV, figure);
    default:
      return "";
  }
}

std::vector<const v1::FeatureDescription*> ReportWords::ByStrength() const {
  std::vector<const v1::FeatureDescription*> features;
  for (const v1::FeatureDescription& feature : report.features()) features.push_back(&feature);
  std::stable_sort(features.begin(), features.end(),
                   [](const auto* a, const auto* b) { return Strength(a->label()) > Strength(b->label()); });
  return features;
}

Axis ReportWords::Numbers(double from, double to, std::string label, int count) const {
  Axis axis{.from = from, .to = to, .label = std::move(label)};
  const RoundValues round = RoundValuesBetween(from, to, count);
  for (const double value : round.values) axis.ticks.push_back({value, say.Real(value, round.decimals)});
  return axis;
}

Axis ReportWords::Numbers(double from, double to, const Phrase& label, int count) const {
  return Numbers(from, to, say(label), count);
}

std::string Figure(const std::string& caption, const std::string& picture) {
  if (picture.empty()) return "";
  const std::string head = caption.empty() ? "" : Element("figcaption", "", EscapeHtml(caption));
  return Element("figure", "", head + picture) + "\n";
}

}  // namespace ebb
