// The last computed vector of each customer, so that reading an unchanged customer costs a copy.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "feature_store/feature_values.h"
#include "runtime/mutex.h"

namespace ebb::feature_store {

// A vector is kept under the version of the customer that it was computed from, a number that each change makes
// another. A vector of another version is as good as none, so that nobody has to take anything out when a customer
// changes. Beyond the budget the vectors that were not read since the hand last passed them make room (the clock
// algorithm).
//
// Thread-safe: shards by customer, each locked for the time of a copy.
class VectorCache {
 public:
  // `budget_bytes` bounds everything that is kept, 0 keeps nothing. Customers are dense numbers from 0.
  explicit VectorCache(size_t budget_bytes) : shard_budget_(budget_bytes / kShards) {}

  // False where there is none of that version.
  bool Get(uint32_t customer, uint64_t version, FeatureValues* values);
  void Put(uint32_t customer, uint64_t version, const FeatureValues& values);
  // For when the same version comes to mean something else: other declarations.
  void Clear();

  struct Counts {
    uint64_t hits = 0;  // these two since the process started
    uint64_t misses = 0;
    size_t vectors = 0;
    size_t bytes = 0;
  };
  Counts counts();

 private:
  static constexpr size_t kShards = 16;

  struct Slot {
    uint32_t customer = 0;
    bool read = false;  // since the hand last passed
    uint64_t version = 0;
    FeatureValues values;
  };
  struct Shard {
    Mutex mutex;
    std::vector<uint32_t> place ABSL_GUARDED_BY(mutex);  // by customer / kShards: 1 + its slot; 0: none
    std::deque<Slot> slots ABSL_GUARDED_BY(mutex);
    size_t hand ABSL_GUARDED_BY(mutex) = 0;
    size_t bytes ABSL_GUARDED_BY(mutex) = 0;  // of the slots
    uint64_t hits ABSL_GUARDED_BY(mutex) = 0;
    uint64_t misses ABSL_GUARDED_BY(mutex) = 0;
  };

  Slot* Find(uint32_t customer, Shard* shard) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mutex);
  Slot* Add(uint32_t customer, size_t bytes, Shard* shard) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mutex);
  void RemoveOne(Shard* shard) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mutex);

  const size_t shard_budget_;
  std::array<Shard, kShards> shards_;
};

}  // namespace ebb::feature_store
