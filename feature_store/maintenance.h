// What keeps the log short, off the write path: sorting it into the history and saving what is folded from it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "feature_store/customer_records.h"
#include "feature_store/live_state.h"
#include "feature_store/storage.h"
#include "runtime/digest.h"
#include "runtime/worker.h"

namespace ebb::feature_store {

struct MaintenanceOptions {
  absl::Duration checkpoint_interval = absl::Minutes(1);  // bounds the replay at start
  SaveLimits at_once;
};

// Thread-safe, except that Start and Stop belong to the owner. A failed write is reported once to `on_failure`; the
// process then has to end.
class Maintenance {
 public:
  struct Surroundings {  // borrowed
    LiveState* live;
    Storage* storage;
    const Pseudonymizer* pseudonyms;
    std::function<void()> on_sorted;      // batches that waited for room may go on
    std::function<void()> on_dropped;     // the log has become shorter
    std::function<void()> on_next_saved;  // the next declarations may be served
    std::function<void(absl::Status)> on_failure;
  };

  Maintenance(const MaintenanceOptions& options, Surroundings surroundings);

  void Start() { worker_.Start(); }
  void Stop() { worker_.Stop(); }
  void Wake() { worker_.Wake(); }

  // The pieces of the loop, on the caller's thread; not while it runs.
  // Sorts every full segment of the log; the one that is still growing stays.
  absl::Status SortFullSegments();
  // That one, too. Nothing may be committed meanwhile.
  absl::Status SortWholeLog();
  // Saves every customer that changed since the last time. Fuzzy: folding goes on meanwhile, each record names the
  // position it stands for. None is written while a part of an import is folded: the next one is. At a stop nobody
  // waits for anything but its end.
  enum class Pace { kGivesWay, kAtStop };
  absl::Status WriteCheckpoint(Pace pace = Pace::kGivesWay);
  // Drops from the log what is both sorted and saved.
  absl::Status DropOldLog();

 private:
  absl::Duration Step();
  absl::Status RunAll(bool checkpoint_due);
  // Sorts the oldest full segment. False where there is none.
  absl::StatusOr<bool> SortOneSegment();
  absl::Status SaveCustomers(std::span<const uint32_t> customers, Pace pace);
  bool CheckpointWaits() const;
  bool ErasureWaits() const;

  const MaintenanceOptions options_;
  const Surroundings with_;
  LiveState* const live_;
  absl::Time next_checkpoint_;
  bool failed_ = false;
  Worker worker_;
};

}  // namespace ebb::feature_store
