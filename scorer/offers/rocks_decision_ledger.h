#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "scorer/offers/decision_ledger.h"

namespace ebb::scorer {

// Opens the ledger in `folder`, or creates it there where there is none. Errors as DecisionLedger says;
// FAILED_PRECONDITION: the records are of a newer Ebb.
absl::StatusOr<std::unique_ptr<DecisionLedger>> OpenRocksDecisionLedger(const std::string& folder);

}  // namespace ebb::scorer
