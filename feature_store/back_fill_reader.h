// The reading half of a back-fill: raw events, customer by customer, ahead of the thread that folds them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "ebb/v1/event.pb.h"
#include "feature_store/history.h"
#include "feature_store/live_state.h"
#include "feature_store/log_moment.h"
#include "feature_store/storage.h"
#include "runtime/digest.h"
#include "runtime/worker.h"

namespace ebb::feature_store {

// Everything that was known of a customer when the back-fill began.
struct RawCustomer {
  uint32_t id;
  std::vector<v1::Event> events;
};

// Reads the customers that lack aggregates under the next declarations, in the order of the history, on a thread of its
// own; a bounded number of events wait to be taken. The moment of its construction is that of Definitions::next_from:
// it reads what came before, and the live store folds what comes after. Thread-safe, except that Start and Stop belong
// to the owner.
class BackFillReader {
 public:
  struct Surroundings {  // borrowed
    LiveState* live;
    const Storage* storage;
    std::function<void()> on_read;                 // there is something to take
    std::function<void(absl::Status)> on_failure;  // once: the process has to end
  };

  explicit BackFillReader(Surroundings surroundings);

  void Start() { worker_.Start(); }
  void Stop() { worker_.Stop(); }
  // One step on the caller's thread: reads until enough is waiting.
  void RunOnce() { worker_.RunOnce(); }

  // The next customer; false while none has been read.
  bool Take(RawCustomer* customer);

 private:
  absl::Duration Step();
  absl::Status Read();
  absl::Status Begin();
  absl::Status ReadGroup();
  bool Full() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Surroundings with_;
  LiveState* const live_;
  LogMoment moment_;  // until it has begun; these: only the worker's thread
  bool begun_ = false;
  std::unique_ptr<HistoryReader> history_;
  std::vector<std::pair<Pseudonym, uint32_t>> left_;  // descending: the next one is the last
  bool failed_ = false;

  mutable Mutex mutex_;
  std::deque<RawCustomer> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_events_ ABSL_GUARDED_BY(mutex_) = 0;

  Worker worker_;  // last: its thread ends first
};

}  // namespace ebb::feature_store
