// The report of a model as a page to send: one HTML file that needs nothing else, no script, no network.
#pragma once

#include <string>

#include "clients/cli/report/report_language.h"
#include "ebb/v1/model_report.pb.h"
#include "ebb/v1/offer.pb.h"

namespace ebb {

// Sections whose figures the report lacks are left out, so that a report of any version gives a whole page. What comes
// from data is escaped. `offers` are those the shop declares; the page recommends some of them.
std::string ReportPage(const v1::ModelReport& report, ReportLanguage language, const v1::OfferCatalogue& offers = {});

}  // namespace ebb
