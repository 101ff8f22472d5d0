// What people call a feature.
#pragma once

#include <map>
#include <string>

#include "clients/cli/report/report_language.h"
#include "ebb/v1/language.pb.h"

namespace ebb {

// As the declarations call it in the language, or else in the other one. Where they have no label: the description
// without its full stop and without what it says in brackets at its end about the column of a file; or the name.
std::string FeatureLabel(const std::string& name, const std::string& description, const v1::LocalText& label,
                         ReportLanguage language);

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
