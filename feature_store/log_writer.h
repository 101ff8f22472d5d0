// The way of a batch through the log.
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
#include "feature_store/back_fill.h"
#include "feature_store/batch_plan.h"
#include "feature_store/clock_sweep.h"
#include "feature_store/erasure.h"
#include "feature_store/incoming_batch.h"
#include "feature_store/ingest_figures.h"
#include "feature_store/live_state.h"
#include "feature_store/log_tail.h"
#include "feature_store/residency.h"
#include "feature_store/staged_snapshot.h"
#include "feature_store/storage.h"
#include "runtime/clock.h"
#include "runtime/work_pool.h"
#include "runtime/worker.h"

namespace ebb::feature_store {

// Group commit: whatever waits is checked for duplicates and numbered, written with one sync, folded, acknowledged.
// While the disk has one group, the next is planned and the last one folded:
//
//   queue ──Plan──▶ planned ──Write, a thread of its own──▶ written ──Fold──▶ acknowledged
//
// Because folding comes after the sync, nobody ever sees a change that a crash could take back. Between groups it
// sweeps: customers whose vectors time alone has changed. That, imports, erasures and the back-fill begin with nothing
// planned or being written. Thread-safe.
class LogWriter {
 public:
  struct Surroundings {  // all borrowed, all must outlive the writer
    LiveState* live;
    Storage* storage;
    const Clock* clock;
    const Pseudonymizer* pseudonyms;
    const ErasureNames* erasure_names;
    std::function<absl::StatusOr<uint64_t>()> free_bytes;
    IngestFigures* figures;
    std::function<void()> on_change;               // after something was folded; no lock is held
    std::function<void()> on_full_segment;         // the log has a segment to sort
    std::function<void(absl::Status)> on_failure;  // once: a write failed and the process has to end
  };
  using SnapshotDone = std::function<void(absl::StatusOr<v1::ImportSnapshotResponse>)>;
  using ErasureDone = std::function<void(absl::StatusOr<v1::EraseCustomerResponse>)>;

  LogWriter(const WriterOptions& options, Surroundings surroundings);
  ~LogWriter();

  // To be stepped beside the sweep. Borrowed; before Start.
  void UseBackFill(BackFill* back_fill) { back_fill_ = back_fill; }

  void Start();
  // Refuses what comes from now on (UNAVAILABLE), acknowledges what waits, ends.
  void Stop();
  void Wake() { worker_.Wake(); }
  // One step of the loop on the caller's thread: moves what waits on, or sweeps. Before Start it commits all of it.
  void RunOnce() { worker_.RunOnce(); }

  // Each is answered by its `done`, exactly once; batches in the order of the calls. Errors: RESOURCE_EXHAUSTED (queue
  // full, disk nearly full), UNAVAILABLE (stopping), INTERNAL (a write failed). After an error of a batch nothing of it
  // counts, except after INTERNAL: unknown.
  void Submit(std::unique_ptr<IncomingBatch> batch);
  void Submit(std::unique_ptr<StagedSnapshot> snapshot, SnapshotDone done);
  void Submit(v1::EraseCustomerRequest request, ErasureDone done);

 private:
  struct WaitingSnapshot {
    std::unique_ptr<StagedSnapshot> rows;
    SnapshotDone done;
  };
  struct WaitingErasure {
    v1::EraseCustomerRequest request;
    ErasureDone done;
  };
  // What is committed alone.
  using Single = std::variant<std::monostate, std::unique_ptr<WaitingSnapshot>, std::unique_ptr<WaitingErasure>>;
  using Batches = std::vector<std::unique_ptr<IncomingBatch>>;
  struct Group;

  template <typename Waiting>
  bool Enqueue(std::unique_ptr<Waiting>* waiting);
  absl::Duration Step();
  // Whether something was taken: into planned_, or into `single`.
  bool Take(Single* single);
  bool TakeBatches(Batches* batches, Single* single);
  void CommitSingle(const Single& single);

  void Plan(Batches batches);

  // Moves groups on as far as they go without waiting. Whether one was acknowledged.
  bool Advance();
  // Until nothing is planned or being written.
  void Drain();
  bool IsBusy() const { return planned_ != nullptr || writing_ != nullptr; }
  std::unique_ptr<Group> TakeWritten();
  void StartWriting();
  absl::Status Write(const Group& group);  // on the thread of the disk
  void Finish(std::unique_ptr<Group> group);
  void Fold(Group* group);
  void TellOfChanges();
  void Count(const v1::IngestResponse& response);

  const WriterOptions options_;
  const Surroundings with_;
  LiveState* const live_;
  LogTail tail_;  // these four: only the writer's thread
  Residency residency_;
  BatchPlanner planner_;
  ClockSweep sweep_;
  BackFill* back_fill_ = nullptr;
  std::unique_ptr<Group> planned_;  // these two: only the writer's thread
  std::unique_ptr<Group> writing_;  // but the thread of the disk reads it until it says that it is written

  Mutex written_mutex_;
  CondVar written_changed_;
  bool written_ ABSL_GUARDED_BY(written_mutex_) = false;  // writing_ is, or has failed

  Mutex queue_mutex_;
  std::deque<std::variant<std::unique_ptr<IncomingBatch>, Single>> queue_ ABSL_GUARDED_BY(queue_mutex_);
  size_t queued_bytes_ ABSL_GUARDED_BY(queue_mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(queue_mutex_) = false;

  std::unique_ptr<WorkPool> disk_;  // one thread; null before Start: then the writer's thread writes
  Worker worker_;                   // last: its thread ends first
};

}  // namespace ebb::feature_store
