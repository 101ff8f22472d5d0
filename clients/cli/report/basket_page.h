// What customers left unpaid: in sentences, and as a page to send.
#pragma once

#include <string>
#include <vector>

#include "clients/cli/report/report_language.h"
#include "ebb/v1/feature_store_service.pb.h"

namespace ebb {

// How much of it there is, how that moved, where most of it lies, and whether the site's errors have a part in it.
std::vector<std::string> SayUnpaidBaskets(const v1::UnpaidBasketReport& report, ReportLanguage language);

// One HTML file that needs nothing else: the sentences, the weeks and the groups as pictures, the weeks as a table.
// Days are UTC, as in the report. It holds no customer's identifier.
std::string UnpaidBasketPage(const v1::UnpaidBasketReport& report, ReportLanguage language);

}  // namespace ebb
