// Customers between memory and their records in Family::kState, many at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "feature_store/customer.h"
#include "feature_store/live_state.h"
#include "feature_store/storage.h"

namespace ebb::feature_store {

// How much is in hand at once.
struct SaveLimits {
  size_t customers = 128;   // copied while the store's lock is held
  size_t bytes = 16 << 20;  // of records, until they are written together
};

// Takes customers, ids ascending, off the front of `rest` until their records fill the limit, and writes them with the
// names of those that have none on the disk yet. Whoever is not dirty has its latest record there already and is passed
// over. Each record says itself how far it is folded.
absl::Status SaveSome(const SaveLimits& limits, std::span<const uint32_t>* rest, Storage* storage, LiveState* live)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(live->records_mutex) ABSL_LOCKS_EXCLUDED(live->mutex);

// All of them. While some are written the next ones are made, by two threads: for when the store waits for it.
absl::Status SaveAll(const SaveLimits& limits, std::span<const uint32_t> customers, Storage* storage, LiveState* live)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(live->records_mutex) ABSL_LOCKS_EXCLUDED(live->mutex);

// A customer that is not resident: its record may lack some of what waited at that moment (CustomerTable::WaitingOf).
struct AbsentCustomer {
  uint32_t id = 0;
  std::vector<WaitingEvent> waiting;
};

// Element i is customers[i], with what waits folded in. DATA_LOSS when a record is missing or damaged,
// FAILED_PRECONDITION when one has no aggregates under what is served.
absl::StatusOr<std::vector<Customer>> ReadCustomers(const Definitions& definitions, const Storage& storage,
                                                    std::span<const AbsentCustomer> customers);

// The same of one customer as the view shows it.
absl::StatusOr<Customer> ReadCustomerIn(const Definitions& definitions, const StorageView& view,
                                        const AbsentCustomer& customer);

}  // namespace ebb::feature_store
