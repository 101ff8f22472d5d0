// The one thread that writes the log and folds it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/storage/v1/feature_store.pb.h"
#include "feature_store/incoming_batch.h"
#include "feature_store/live_state.h"
#include "feature_store/staged_snapshot.h"
#include "feature_store/storage.h"
#include "runtime/clock.h"
#include "runtime/worker.h"

namespace ebb::feature_store {

struct WriterOptions {
  ClockMode clock_mode = ClockMode::kWall;
  absl::Duration max_ahead = absl::Minutes(5);        // of an import's as_of
  absl::Duration retention = absl::Hours(24 * 1096);  // likewise
  uint64_t reserve_bytes = 256 << 20;                 // free space below which nothing more is taken
  size_t queue_bytes = 64 << 20;                      // waiting batches; beyond it they are refused
  uint64_t segment_events = 250'000;                  // of the log, sorted at once
  size_t max_unsorted_segments = 5;                   // beyond it batches wait for the sorter
  absl::Duration sweep_interval = absl::Seconds(1);   // how often time alone is looked at
  size_t sweep_customers = 4'096;                     // looked at in one step; more follow at once
};

// Group commit: whatever waits is checked for duplicates, written with one sync, folded, acknowledged. Because folding
// comes after the sync, nobody ever sees a change that a crash could take back. Between batches it sweeps: customers
// whose vectors time alone has changed. Thread-safe.
class LogWriter {
 public:
  struct Surroundings {  // all borrowed, all must outlive the writer
    LiveState* live;
    Storage* storage;
    const Clock* clock;
    std::function<absl::StatusOr<uint64_t>()> free_bytes;
    std::function<void()> on_change;               // after something was folded; no lock is held
    std::function<void()> on_full_segment;         // the log has a segment to sort
    std::function<void(absl::Status)> on_failure;  // once: a write failed and the process has to end
  };
  using SnapshotDone = std::function<void(absl::StatusOr<v1::ImportSnapshotResponse>)>;

  LogWriter(const WriterOptions& options, Surroundings surroundings);
  ~LogWriter();

  void Start() { worker_.Start(); }
  // Refuses what comes from now on (UNAVAILABLE), acknowledges what waits, ends.
  void Stop();
  void Wake() { worker_.Wake(); }
  // One step of the loop on the caller's thread: commits what waits or sweeps.
  void RunOnce() { worker_.RunOnce(); }

  // Each is answered by its `done`, exactly once; batches in the order of the calls. Errors: RESOURCE_EXHAUSTED (queue
  // full, disk nearly full), UNAVAILABLE (stopping), INTERNAL (a write failed). After an error of a batch nothing of it
  // counts, except after INTERNAL: unknown.
  void Submit(std::unique_ptr<IncomingBatch> batch);
  void Submit(std::unique_ptr<StagedSnapshot> snapshot, SnapshotDone done);

 private:
  struct WaitingSnapshot {
    std::unique_ptr<StagedSnapshot> rows;
    SnapshotDone done;
  };
  using Batches = std::vector<std::unique_ptr<IncomingBatch>>;
  struct Planned;

  absl::Duration Step();
  bool TakeGroup(Batches* batches, std::unique_ptr<WaitingSnapshot>* snapshot);
  absl::Status CheckRoom(size_t bytes) const;

  void Commit(Batches batches);
  void Plan(IncomingBatch* batch, Planned* planned) ABSL_EXCLUSIVE_LOCKS_REQUIRED(live_->mutex);
  absl::Status RemoveKnownToHistory(std::vector<Planned>* group);
  void Number(std::vector<Planned>* group);
  absl::StatusOr<v1::ImportSnapshotResponse> Commit(StagedSnapshot* snapshot);
  absl::Status WriteSnapshot(StagedSnapshot* snapshot, const storage::v1::LogEntry& end, EntryPosition* entry,
                             std::vector<v1::Event>* events);
  bool Sweep();

  int64_t NowUs() const;
  absl::Status WriteOrFail(const WriteSet& changes, Durability durability);

  const WriterOptions options_;
  const Surroundings with_;
  LiveState* const live_;
  // Only the writer's thread touches these.
  uint64_t next_ = 0;      // where the next entry begins
  int64_t clock_us_ = 0;   // T of the last entry
  bool numbered_ = false;  // whether next_ and clock_us_ were taken from the recovered state
  absl::Status failure_;

  Mutex queue_mutex_;
  std::deque<std::variant<std::unique_ptr<IncomingBatch>, std::unique_ptr<WaitingSnapshot>>> queue_
      ABSL_GUARDED_BY(queue_mutex_);
  size_t queued_bytes_ ABSL_GUARDED_BY(queue_mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(queue_mutex_) = false;

  Worker worker_;  // last: its thread ends first
};

}  // namespace ebb::feature_store
