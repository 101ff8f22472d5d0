// What the parts of a running store share.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "feature_store/customer_table.h"
#include "feature_store/identity_index.h"
#include "feature_store/recent_goods.h"
#include "feature_store/storage.h"
#include "runtime/clock.h"
#include "runtime/mutex.h"

namespace ebb::feature_store {

enum class ClockMode {
  kWall,       // T is the wall clock
  kWatermark,  // T is the largest event time seen + 1 µs: for replays of history
};

// The store as it is folded so far, under one lock. The writer alone changes what is folded; the maintenance thread
// alone what is sorted, saved and dropped; anybody reads. Log positions: everything in [begin of log, position) is
// folded and on disk.
struct LiveState {
  LiveState(const Definitions& definitions, const Pseudonymizer* pseudonyms) : table(definitions, pseudonyms) {}

  // What is served now; it lives as long as the store, but another may be served next.
  const CompiledDeclarations& Served() ABSL_LOCKS_EXCLUDED(mutex) {
    ReaderMutexLock lock(&mutex);
    return table.served();
  }
  // Every customer has its aggregates under the next declarations, and some of that is not known to be on the disk.
  bool PreparedButNotSaved() const ABSL_SHARED_LOCKS_REQUIRED(mutex) {
    return table.definitions().next != nullptr && table.incomplete_customers() == 0 && !next_saved;
  }

  // Held from when records of customers are saved until they are written, so that an eviction and a checkpoint never
  // overtake each other: who is not dirty has its latest record on the disk. Taken before `mutex`.
  Mutex records_mutex;

  // Memory of the vectors that are kept to be read again, to which customers yield, and the most that it may be, so
  // that something is left for them.
  std::atomic<size_t> vector_bytes = 0;
  std::atomic<size_t> vector_room = std::numeric_limits<size_t>::max();

  Mutex mutex;
  // The writer waits for records_mutex, and all batches for the writer: a checkpoint waits until it has had it.
  bool room_wanted ABSL_GUARDED_BY(mutex) = false;
  CondVar room_made;
  CustomerTable table ABSL_GUARDED_BY(mutex);
  IdentityIndex identities ABSL_GUARDED_BY(mutex);  // of the log from sorted_to on
  RecentGoodsCache goods;                           // has a lock of its own, taken after `mutex`
  uint64_t position ABSL_GUARDED_BY(mutex) = 0;
  int64_t clock_us ABSL_GUARDED_BY(mutex) = 0;                               // T of the last entry
  std::set<std::pair<std::string, int64_t>> imports ABSL_GUARDED_BY(mutex);  // snapshot_id, as_of
  // Customers of whom nobody was told since other declarations are served: these, unless they have changed after
  // `unannounced_to` in the order of changes.
  std::vector<uint32_t> unannounced ABSL_GUARDED_BY(mutex);
  uint64_t unannounced_to ABSL_GUARDED_BY(mutex) = 0;
  // The records of all customers hold their aggregates under the next declarations: these may be served.
  bool next_saved ABSL_GUARDED_BY(mutex) = false;
  bool within_entry ABSL_GUARDED_BY(mutex) = false;  // a part of the entry at `position` is folded already

  // Where the segments of the unsorted log begin; the last one is still growing.
  std::deque<uint64_t> segments ABSL_GUARDED_BY(mutex) = {0};
  uint64_t open_segment_events ABSL_GUARDED_BY(mutex) = 0;
  uint64_t sorted_to ABSL_GUARDED_BY(mutex) = 0;
  uint64_t checkpointed_to ABSL_GUARDED_BY(mutex) = 0;
  uint64_t dropped_to ABSL_GUARDED_BY(mutex) = 0;
  uint64_t log_gone_to ABSL_GUARDED_BY(mutex) = 0;      // dropped_to, once the range is really dropped
  uint32_t named_customers ABSL_GUARDED_BY(mutex) = 0;  // ids below it have their record in Family::kNames
  // End of the last entry that changed what was known before it: an import, a back-fill or an erasure. Whatever else
  // came later became known later.
  uint64_t past_changed_at ABSL_GUARDED_BY(mutex) = 0;
  int64_t history_latest_us ABSL_GUARDED_BY(mutex) = kBeforeAll;

  // The cleaner alone changes these; the writer adds erased customers.
  absl::flat_hash_map<Pseudonym, storage::v1::ErasedCustomer> erased ABSL_GUARDED_BY(mutex);
  size_t pending_erasures ABSL_GUARDED_BY(mutex) = 0;             // of these, not removed from the disk yet
  int64_t walked_to_us ABSL_GUARDED_BY(mutex) = kBeforeAll;       // the history, for events beyond the retention
  int64_t expired_before_us ABSL_GUARDED_BY(mutex) = kBeforeAll;  // events before it may be gone

  int64_t accepted ABSL_GUARDED_BY(mutex) = 0;  // these three since the process started
  int64_t duplicate ABSL_GUARDED_BY(mutex) = 0;
  int64_t rejected ABSL_GUARDED_BY(mutex) = 0;
};

// Collects who is unannounced: nobody was told of them since the change with this sequence.
void SetUnannounced(uint64_t unannounced_to, LiveState* live) ABSL_EXCLUSIVE_LOCKS_REQUIRED(live->mutex);

// How a read answers that cannot be ended by the declarations it began with: ABORTED.
absl::Status WentOver();

// Calls `read` with what is served. A read that finds something else served before its end answers WentOver and is then
// called once more: no answer mixes two declarations.
absl::Status ReadUnderOne(LiveState* live, absl::FunctionRef<absl::Status(const CompiledDeclarations&)> read)
    ABSL_LOCKS_EXCLUDED(live->mutex);

// What a clock advance counts as in its segment: it takes the room of about so many events.
uint64_t WeightOfAdvance(size_t customers);

// Called after each folded unit of the log, at first and in a replay alike: closes a segment that has become full.
void CountInSegment(LiveState* live, uint64_t end, uint64_t events, uint64_t segment_events)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(live->mutex);
// The same for who counts before the unit is folded. True: the segment ends with the unit, as identities that come from
// now on do not belong to it; the caller adds `end` to the segments once the unit is folded.
bool EndsSegment(LiveState* live, uint64_t end, uint64_t events, uint64_t segment_events)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(live->mutex);

}  // namespace ebb::feature_store
