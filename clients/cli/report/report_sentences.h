// What a report says in plain sentences, written from its figures alone.
#pragma once

#include <string>
#include <vector>

#include "clients/cli/report/report_language.h"
#include "ebb/v1/model_report.pb.h"

namespace ebb {

// By subject, each in the order of reading. Empty where the report does not tell.
struct ReportSentences {
  // Rows, what was left out, what was mended on import, what the data check found.
  std::vector<std::string> data;
  // The most important features and their direction.
  std::vector<std::string> decides;
  // Features without weight.
  std::vector<std::string> does_not_matter;
  // Numbers for the segments that were tried as inputs.
  std::vector<std::string> tried;
  // Features that the shop can influence.
  std::vector<std::string> levers;
  // Middle profit at risk.
  std::vector<std::string> target;
  // How far the figures can be trusted.
  std::vector<std::string> limits;
};

ReportSentences SayReport(const v1::ModelReport& report, ReportLanguage language);

}  // namespace ebb
