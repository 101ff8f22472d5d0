// How a store comes back: the last checkpoint, then the log again from there.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "feature_store/identity_index.h"
#include "feature_store/live_state.h"
#include "feature_store/log_tail.h"
#include "feature_store/storage.h"

namespace ebb::feature_store {

struct RecoveryReport {
  uint64_t customers = 0;
  uint64_t replayed_events = 0;
};

// Fills an empty `live` from the storage, and cuts from the log's end what a crash left unfinished. DATA_LOSS when the
// log ends before the checkpoint or has a hole: what is missing may have been acknowledged, so the store must not go
// on. FAILED_PRECONDITION when customers were folded under other declarations than those to be served.
absl::StatusOr<RecoveryReport> Recover(const WriterOptions& options, const IdentityHash& identities, Storage* storage,
                                       LiveState* live);

}  // namespace ebb::feature_store
