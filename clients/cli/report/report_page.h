// The report of a model as a page to send: one HTML file that needs nothing else, no script, no network.
#pragma once

#include <string>

#include "clients/cli/report/report_language.h"
#include "ebb/v1/model_report.pb.h"

namespace ebb {

// Sections whose figures the report lacks are left out, so that a report of any version gives a whole page. What comes
// from data is escaped.
std::string ReportPage(const v1::ModelReport& report, ReportLanguage language);

}  // namespace ebb
