// Which declared offers a report recommends, in sentences.
#pragma once

#include <string>
#include <vector>

#include "clients/cli/report/report_language.h"
#include "ebb/v1/model_report.pb.h"
#include "ebb/v1/offer.pb.h"

namespace ebb {

// The offers that are for customers at risk (a condition on the risk band says so), those first that are expected to
// save the most of what is at risk, of equals the cheaper, at most three. What is at risk is that of the report: the
// profit of all cells at risk times their mean probability. Empty where there are no such offers, or the report knows
// no profit.
std::vector<std::string> SayOffers(const v1::ModelReport& report, const v1::OfferCatalogue& offers,
                                   ReportLanguage language);

}  // namespace ebb
