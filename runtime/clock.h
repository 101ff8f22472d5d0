// Where a component's time comes from: injected, so that tests decide what time it is.
#pragma once

#include "absl/time/time.h"
#include "runtime/mutex.h"

namespace ebb {

// Thread-safe. Times have microsecond resolution: what Now() returns survives a round trip through int64 microseconds.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

// The machine's wall clock; it may jump when the machine's time is set.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override;
};

// Stands still until it is told otherwise. It may be set back, as a wall clock may.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(absl::Time now);

  absl::Time Now() const override;
  void Set(absl::Time now);
  void Advance(absl::Duration by);

 private:
  mutable Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace ebb
