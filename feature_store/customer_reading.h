#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "absl/status/status.h"
#include "feature_store/live_state.h"
#include "feature_store/storage.h"

namespace ebb::feature_store {

// Calls `visit(i, customer)` once for each customers[i], in any order: as its last fold or sweep left it, whether it is
// resident or only in its record, and never older than it was at the call. Residents are visited under the lock, some
// at a time, so that nobody waits long; `visit` must be quick and may not lock. Any thread may call. DATA_LOSS when a
// record is missing or damaged.
absl::Status VisitCustomers(LiveState* live, const Storage& storage, std::span<const uint32_t> customers,
                            const std::function<void(size_t, const Customer&)>& visit) ABSL_LOCKS_EXCLUDED(live->mutex);

}  // namespace ebb::feature_store
