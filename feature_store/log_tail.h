// The growing end of the log.
#pragma once

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "feature_store/customer_table.h"
#include "feature_store/live_state.h"
#include "feature_store/storage.h"
#include "runtime/clock.h"

namespace ebb::feature_store {

struct WriterOptions {
  ClockMode clock_mode = ClockMode::kWall;
  absl::Duration max_ahead = absl::Minutes(5);        // of an import's as_of
  absl::Duration retention = absl::Hours(24 * 1096);  // likewise
  uint64_t reserve_bytes = 256 << 20;                 // free space below which nothing more is taken
  size_t queue_bytes = 64 << 20;                      // waiting batches; beyond it they are refused
  size_t state_memory_bytes = size_t{1} << 30;        // rows, aggregates and vectors of customers
  size_t least_state_bytes = size_t{1} << 20;         // of it beside the rows, whatever these take
  uint64_t segment_events = 250'000;                  // of the log, sorted at once
  size_t max_unsorted_segments = 5;                   // beyond it batches wait for the sorter
  absl::Duration sweep_interval = absl::Seconds(1);   // how often time alone is looked at
  size_t sweep_customers = 4'096;                     // looked at in one step; more follow at once
};

// Where the next entry begins, at which T, and how it gets onto the disk. After a failed write nothing is written any
// more. The writer's thread alone uses it.
class LogTail {
 public:
  struct Surroundings {  // borrowed
    LiveState* live;
    Storage* storage;
    const Clock* clock;
    std::function<absl::StatusOr<uint64_t>()> free_bytes;
    std::function<void(absl::Status)> on_failure;  // once: a write failed and the process has to end
  };

  LogTail(const WriterOptions& options, Surroundings surroundings);

  // Goes on where the recovered state ends; no effect from the second call on.
  void Begin();

  uint64_t next() const { return next_; }
  int64_t clock_us() const { return clock_us_; }  // T of the last entry
  int64_t NowUs() const;                          // the store's T now: never goes back
  // T of the next batch: under the wall clock later than that of each entry before, so that the time when something
  // became known tells on which side of an entry it lies.
  int64_t NextUs() const;
  absl::Time WallTime() const { return with_.clock->Now(); }

  // RESOURCE_EXHAUSTED when `bytes` more would touch the disk's reserve; the failure, if there was one.
  absl::Status CheckRoom(size_t bytes) const;
  absl::Status Write(const WriteSet& changes, Durability durability);
  // How a write of the log ended that somebody else did: from a failure on it returns that, as Write does.
  absl::Status Ended(const absl::Status& written);
  // The next entry begins at the end of this one.
  void MoveTo(const EntryPosition& entry);

  absl::Status failure() const { return failure_; }
  void Fail(absl::Status failure);

 private:
  const WriterOptions options_;
  const Surroundings with_;
  bool began_ = false;
  uint64_t next_ = 0;
  int64_t clock_us_ = 0;
  absl::Status failure_;
};

}  // namespace ebb::feature_store
