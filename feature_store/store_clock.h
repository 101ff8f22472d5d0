#pragma once

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"
#include "feature_store/live_state.h"
#include "runtime/clock.h"
#include "runtime/mutex.h"

namespace ebb::feature_store {

// The store's T: the wall clock, which never stands before the last entry of the log, or the watermark. Thread-safe.
class StoreClock {
 public:
  // Both are borrowed.
  StoreClock(LiveState* live, const Clock* wall, ClockMode mode) : live_(live), wall_(wall), mode_(mode) {}

  absl::Time Now() const ABSL_LOCKS_EXCLUDED(live_->mutex) {
    ReaderMutexLock lock(&live_->mutex);
    return absl::FromUnixMicros(NowMicros(*live_));
  }
  // The same for who holds the lock of the state that this clock was made with; microseconds since 1970 UTC.
  int64_t NowMicros(const LiveState& live) const ABSL_SHARED_LOCKS_REQUIRED(live.mutex) {
    if (mode_ == ClockMode::kWatermark) return live.clock_us;
    return std::max(live.clock_us, absl::ToUnixMicros(wall_->Now()));
  }
  absl::Time WallNow() const { return wall_->Now(); }

 private:
  LiveState* const live_;
  const Clock* const wall_;
  const ClockMode mode_;
};

}  // namespace ebb::feature_store
