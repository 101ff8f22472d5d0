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
  // How long this clock has run, counted from a moment of its own: only differences mean anything. Setting the time
  // does not touch it, so budgets and durations are measured by it.
  virtual absl::Duration Elapsed() const = 0;
};

// The machine's wall clock, which may jump when the machine's time is set, and beside it the one that does not.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override;
  absl::Duration Elapsed() const override;
};

// Stands still until it is told otherwise. It may be set back, as a wall clock may; only Advance lets time elapse.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(absl::Time now);

  absl::Time Now() const override;
  absl::Duration Elapsed() const override;
  void Set(absl::Time now);
  void Advance(absl::Duration by);

 private:
  mutable Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
  absl::Duration elapsed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace ebb
