#pragma once

#include <cstdint>
#include <span>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "feature_store/live_state.h"
#include "feature_store/storage.h"

namespace ebb::feature_store {

// `version` is where in the log the customer was folded to at some moment of the call, `customer` what it was then or
// later.
using VisitCustomer = absl::FunctionRef<void(size_t i, const Customer& customer, uint64_t version)>;

// Calls `visit` once for each customers[i], in any order: as its last fold or sweep left it, whether it is resident or
// only in its record, and never older than it was at the call. Residents are visited under the lock, sixteen at a time,
// so that the writer waits for some microseconds; `visit` must be quick and may not lock. Any thread may call.
// DATA_LOSS when a record is missing or damaged. All are visited with their aggregates under `declarations`, which are
// served; WentOver where something else is before the end (see ReadUnderOne).
absl::Status VisitCustomers(LiveState* live, const Storage& storage, const CompiledDeclarations& declarations,
                            std::span<const uint32_t> customers, VisitCustomer visit) ABSL_LOCKS_EXCLUDED(live->mutex);

}  // namespace ebb::feature_store
