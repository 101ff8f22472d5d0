#include "clients/cli/report/feature_label.h"

namespace ebb {

std::string FeatureLabel(const v1::FeatureDescription& feature, ReportLanguage language) {
  const bool russian = language == ReportLanguage::kRussian;
  const std::string& called = russian ? feature.called().ru() : feature.called().en();
  if (!called.empty()) return called;
  const std::string& otherwise = russian ? feature.called().en() : feature.called().ru();
  if (!otherwise.empty()) return otherwise;
  std::string label = feature.description().substr(0, feature.description().find(" (column "));
  while (label.ends_with('.') || label.ends_with(' ')) label.pop_back();
  return label.empty() ? feature.name() : label;
}

FeatureLabels::FeatureLabels(const v1::ModelReport& report, ReportLanguage language) {
  for (const v1::FeatureDescription& feature : report.features()) {
    labels_[feature.name()] = FeatureLabel(feature, language);
  }
}

std::string FeatureLabels::operator()(const std::string& name) const {
  const auto found = labels_.find(name);
  return found == labels_.end() ? name : found->second;
}

}  // namespace ebb
