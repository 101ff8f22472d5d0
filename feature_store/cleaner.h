// What really removes records: those of erased customers, and those older than the retention.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "feature_store/erasure_removal.h"
#include "feature_store/live_state.h"
#include "feature_store/storage.h"
#include "runtime/clock.h"
#include "runtime/worker.h"

namespace ebb::feature_store {

struct CleanerOptions {
  absl::Duration retention = absl::Hours(24 * 1096);
  ClockMode clock_mode = ClockMode::kWall;
};

// Whether the history has to be walked for events that are too old, and up to when they are: a walk rewrites every
// file, so it waits until a sixteenth of the retention has come together. `walked_to_us`: where the last walk ended;
// kBeforeAll where there was none: a new store has nothing that old. Pure.
struct WalkDecision {
  bool walk = false;
  bool note = false;  // keep `expired_before_us` as if a walk had just ended there
  int64_t expired_before_us = kBeforeAll;
};
WalkDecision DecideWalk(int64_t now_us, absl::Duration retention, int64_t walked_to_us);

// Works beside the writer and the sorter, on a thread of its own, one file at a time. Thread-safe, except that Start
// and Stop belong to the owner.
class Cleaner {
 public:
  struct Surroundings {  // borrowed
    LiveState* live;
    Storage* storage;
    const Clock* clock;
    std::function<void(absl::Status)> on_failure;  // once; the process has to end
  };

  Cleaner(const CleanerOptions& options, Surroundings surroundings);

  void Start() { worker_.Start(); }
  void Stop() { worker_.Stop(); }
  // The log was dropped up to somewhere.
  void Wake() { worker_.Wake(); }

  // From now on compactions leave out what has to go. Call once the state is recovered; later it is done where needed.
  void SetRule();
  // One round on the caller's thread; not while it runs.
  absl::Status RunOnce();
  int64_t expired_events() const { return expired_events_.load(std::memory_order_relaxed); }

 private:
  absl::Duration Step();
  absl::Status WalkForRetention();
  absl::Status KeepWalk();

  const CleanerOptions options_;
  const Surroundings with_;
  LiveState* const live_;
  ErasureRemoval erasures_;
  std::atomic<int64_t> expired_events_ = 0;
  bool failed_ = false;
  Worker worker_;
};

}  // namespace ebb::feature_store
