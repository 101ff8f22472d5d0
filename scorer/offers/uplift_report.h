#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ebb/v1/offer_service.pb.h"
#include "scorer/offers/decision_ledger.h"
#include "scorer/offers/offer_catalogue.h"

namespace ebb::scorer {

// Values of a number feature as of a time, one a customer in the order asked: missing ones are 0, nothing stands for
// customers whom the store did not know then. FAILED_PRECONDITION: the store has no such number feature.
using MeasureLookup = std::function<absl::StatusOr<std::vector<std::optional<double>>>(
    const std::string& feature, const std::vector<std::string>& customer_ids, absl::Time as_of)>;

// What offers did, by the ledger's decisions and the store's measure. `now`: decisions count whose horizon is over
// then. INVALID_ARGUMENT with the field; NOT_FOUND: no such offer was ever decided or declared, no such programme;
// errors of the ledger and of `lookup`.
absl::StatusOr<v1::UpliftReport> MakeUpliftReport(const v1::GetUpliftReportRequest& request,
                                                  const OfferCatalogue& catalogue, const DecisionLedger& ledger,
                                                  const MeasureLookup& lookup, absl::Time now);

}  // namespace ebb::scorer
