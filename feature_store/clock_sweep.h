// Silence is a signal: the passing of time as an entry of the log.
#pragma once

#include <cstdint>
#include <vector>

#include "feature_store/live_state.h"
#include "feature_store/log_tail.h"
#include "feature_store/residency.h"

namespace ebb::feature_store {

// Finds customers whose vectors time alone, or other declarations, have changed, and tells of it. The writer's thread
// alone uses it.
class ClockSweep {
 public:
  struct Result {
    bool changed = false;  // vectors
    bool more = false;     // is due at once
  };

  // All borrowed.
  ClockSweep(const WriterOptions& options, LogTail* tail, Residency* residency, LiveState* live)
      : options_(options), tail_(tail), residency_(residency), live_(live) {}

  // Whether Step has somebody to look at. Nobody, while the sorter is behind.
  bool IsDue() const;
  // Looks at a bounded number of customers. Does nothing while the disk has no room.
  Result Step();

 private:
  bool HasRoom();
  std::vector<uint32_t> TakeUnannounced() ABSL_EXCLUSIVE_LOCKS_REQUIRED(live_->mutex);
  absl::StatusOr<std::vector<uint32_t>> TakeChanged(int64_t clock_us);
  // A clock advance of these; false where the write failed.
  bool Write(const std::vector<uint32_t>& changed, int64_t clock_us);

  const WriterOptions options_;
  LogTail* const tail_;
  Residency* const residency_;
  LiveState* const live_;
  bool paused_ = false;  // for want of room
};

}  // namespace ebb::feature_store
