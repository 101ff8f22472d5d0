#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "feature_store/customer_walk.h"

namespace ebb::feature_store {

// Since when a store has purchases: the time of one that is before `early_enough_us`, else of the earliest of all; the
// greatest number where there is none. Only what was known before `known_before_us` counts. Times are microseconds
// since 1970 UTC. Ends with the first purchase that is early enough; where there is none each customer's events are
// read up to its first purchase. DATA_LOSS when one cannot be read.
absl::StatusOr<int64_t> FirstPurchase(CustomerWalk::Source source, const Pseudonymizer& pseudonyms,
                                      int64_t early_enough_us, int64_t known_before_us);

}  // namespace ebb::feature_store
