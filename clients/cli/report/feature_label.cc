#include "clients/cli/report/feature_label.h"

namespace ebb {

std::string FeatureLabel(const std::string& name, const std::string& description, const v1::LocalText& label,
                         ReportLanguage language) {
  const bool russian = language == ReportLanguage::kRussian;
  const std::string& called = russian ? label.ru() : label.en();
  if (!called.empty()) return called;
  const std::string& otherwise = russian ? label.en() : label.ru();
  if (!otherwise.empty()) return otherwise;
  std::string words = description.substr(0, description.find(" (column "));
  while (words.ends_with('.') || words.ends_with(' ')) words.pop_back();
  return words.empty() ? name : words;
}

FeatureLabels::FeatureLabels(const v1::ModelReport& report, ReportLanguage language) {
  for (const v1::FeatureDescription& feature : report.features()) {
    labels_[feature.name()] = FeatureLabel(feature.name(), feature.description(), feature.called(), language);
  }
}

std::string FeatureLabels::operator()(const std::string& name) const {
  const auto found = labels_.find(name);
  return found == labels_.end() ? name : found->second;
}

}  // namespace ebb
