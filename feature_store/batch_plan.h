// What becomes of a batch before it is written: which of its events count, whose they are, and its place in the log.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "ebb/storage/v1/feature_store.pb.h"
#include "feature_store/incoming_batch.h"
#include "feature_store/live_state.h"
#include "feature_store/log_tail.h"
#include "feature_store/residency.h"
#include "feature_store/storage.h"

namespace ebb::feature_store {

// A batch between the check for duplicates and the fold.
struct PlannedBatch {
  IncomingBatch* batch = nullptr;
  storage::v1::LogEntry header;
  std::vector<CountedEvent> counted;
  std::vector<uint32_t> absent;           // customers that are not resident
  std::vector<uint32_t> counted_index;    // of each counted event, in the batch
  std::vector<uint32_t> refused;          // indexes of events that are not even written
  std::vector<size_t> maybe_in_history;   // places in `counted`
  std::vector<std::string> history_keys;  // of these
  EntryPosition entry{};
};

// Only the writer's thread uses it.
class BatchPlanner {
 public:
  // All are borrowed.
  BatchPlanner(const WriterOptions& options, const Storage* storage, LogTail* tail, Residency* residency,
               LiveState* live)
      : options_(options), storage_(storage), tail_(tail), residency_(residency), live_(live) {}

  // Plans batches one behind the other; each names its `batch`. Afterwards the tail is behind them, who has to be in
  // memory is, and the identities of what counts are remembered. After an error, which is the tail's, nothing of them
  // may be written.
  absl::Status Plan(std::vector<PlannedBatch>* part) ABSL_LOCKS_EXCLUDED(live_->mutex);

 private:
  void PlanOne(PlannedBatch* planned) ABSL_EXCLUSIVE_LOCKS_REQUIRED(live_->mutex);
  absl::Status RemoveKnownToHistory(std::vector<PlannedBatch>* part);
  absl::Status Load(const std::vector<PlannedBatch>& part);
  void Number(std::vector<PlannedBatch>* part);

  const WriterOptions& options_;
  const Storage* const storage_;
  LogTail* const tail_;
  Residency* const residency_;
  LiveState* const live_;
};

}  // namespace ebb::feature_store
