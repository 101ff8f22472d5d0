// Which customers' aggregates are in memory: those in use, as many as the budget allows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "feature_store/live_state.h"
#include "feature_store/log_tail.h"
#include "feature_store/storage.h"

namespace ebb::feature_store {

// Brings customers back from their records, writes back those that were not used lately, and appends what waits for
// customers that are not in memory to their records. The thread that folds uses
// it, and nobody else evicts: what it made resident stays so until its next MakeRoom.
//
// Records of evicted customers may be newer than the checkpoint: each says how far it is folded, and a replay goes on
// from there.
class Residency {
 public:
  // All are borrowed. The budget is for everything that grows with customers, rows and kept vectors included.
  Residency(const WriterOptions& options, Storage* storage, LiveState* live)
      : options_(options), storage_(storage), live_(live) {}

  // All of these are resident afterwards. DATA_LOSS when a record is missing or damaged.
  absl::Status Load(std::vector<uint32_t> customers) ABSL_LOCKS_EXCLUDED(live_->mutex);
  // Whether MakeRoom would do something; says beside it how much room there is for kept vectors.
  bool IsFull() const ABSL_LOCKS_EXCLUDED(live_->mutex);
  // Nothing, while the budget holds; otherwise frees an eighth of it, so that records are written many at once.
  absl::Status MakeRoom() ABSL_LOCKS_EXCLUDED(live_->mutex);

 private:
  // Of the budget, what the rows leave.
  size_t BytesLeft() const ABSL_SHARED_LOCKS_REQUIRED(live_->mutex);
  // 0 while the budget holds.
  size_t BytesToFree() const ABSL_SHARED_LOCKS_REQUIRED(live_->mutex);
  absl::Status Evict() ABSL_EXCLUSIVE_LOCKS_REQUIRED(live_->records_mutex) ABSL_LOCKS_EXCLUDED(live_->mutex);

  const WriterOptions& options_;
  Storage* const storage_;
  LiveState* const live_;
};

}  // namespace ebb::feature_store
