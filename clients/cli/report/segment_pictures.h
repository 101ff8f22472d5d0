// Pictures of profit and risk. Each is empty where no profit is known.
#pragma once

#include <string>

#include "clients/cli/report/report_words.h"

namespace ebb {

// Customers by profit and probability, with the risk threshold and the bounds of the profit tiers.
std::string ProfitByRiskPicture(const ReportWords& words);

// Rows and profit of each segment.
std::string SegmentPictures(const ReportWords& words);

}  // namespace ebb
