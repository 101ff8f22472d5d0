// What people call a feature.
#pragma once

#include <map>
#include <string>

#include "clients/cli/report/report_language.h"

namespace ebb {

// The description without its full stop and without what it says in brackets at its end about the column of a file; the
// name where there is none. Russian readers get Russian names for the features that Ebb declares itself
// (deploy/features.textproto) unless the shop has described them anew in its own language.
std::string FeatureLabel(const std::string& name, const std::string& description, ReportLanguage language);

// Labels of the features of a report, by name.
class FeatureLabels {
 public:
  FeatureLabels(const v1::ModelReport& report, ReportLanguage language);
  // The name itself where the report does not describe the feature.
  std::string operator()(const std::string& name) const;

 private:
  std::map<std::string, std::string> labels_;
};

}  // namespace ebb
