// The last computed vector of each customer, so that reading an unchanged customer costs a copy.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "feature_store/feature_values.h"
#include "runtime/mutex.h"

namespace ebb::feature_store {

class CompiledDeclarations;

// A vector is kept under the version of the customer that it was computed from, a number that each change makes
// another, and the declarations that it was computed by. A vector of others is as good as none, so that nobody has to
// take anything out when a customer changes or other declarations are served. Beyond the budget the vectors that were
// not read since the hand last passed them make room (the clock algorithm).
//
// Vectors are kept in their packed form (FeatureValues::Pack): of a customer of whom little is known a third of the
// bytes. Thread-safe: readers do not wait for each other.
class VectorCache {
 public:
  struct Key {
    uint32_t customer;  // dense, from 0
    uint64_t version;
    const CompiledDeclarations* declarations = nullptr;  // only compared
  };

  // `budget_bytes` bounds everything that is kept, 0 keeps nothing.
  explicit VectorCache(size_t budget_bytes) : budget_(budget_bytes) {}

  // Calls `hit` with each vector that is there, in the order of `keys`. It is borrowed for the call, which may not use
  // the cache and holds up whoever puts something into it. Cheapest for many at once: the waits for memory of sixteen
  // customers overlap.
  void Read(std::span<const Key> keys, absl::FunctionRef<void(size_t i, const FeatureValues& values)> hit);
  // `at_most`: a bound that is tighter than the budget at the moment, in bytes.
  void Put(const Key& key, const FeatureValues& values, size_t at_most = std::numeric_limits<size_t>::max());

  struct Counts {
    uint64_t hits = 0;  // these two since the process started
    uint64_t misses = 0;
    size_t vectors = 0;
    size_t bytes = 0;
  };
  Counts counts();
  size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  static constexpr uint32_t kBlock = 64;  // slots that are made at once, and never move

  struct Slot {
    std::unique_ptr<char[]> packed;
    uint64_t version = 0;
    const CompiledDeclarations* declarations = nullptr;
    uint32_t customer = 0;
    std::atomic<bool> read = false;  // since the hand last passed; under the shared lock, too
  };

  Slot& slot(uint32_t index) ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return blocks_[index / kBlock][index % kBlock]; }
  // Null: none.
  Slot* Find(uint32_t customer) ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    const uint32_t place = customer < places_.size() ? places_[customer] : 0;
    return place == 0 ? nullptr : &slot(place - 1);
  }
  size_t Bytes() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void RemoveIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t budget_;
  std::atomic<uint64_t> hits_ = 0;
  std::atomic<uint64_t> misses_ = 0;
  std::atomic<size_t> bytes_ = 0;
  Mutex mutex_;
  std::vector<uint32_t> places_ ABSL_GUARDED_BY(mutex_);  // by customer: 1 + its slot; 0: none
  std::vector<std::unique_ptr<Slot[]>> blocks_ ABSL_GUARDED_BY(mutex_);
  uint32_t size_ ABSL_GUARDED_BY(mutex_) = 0;  // slots in use: the first ones
  uint32_t hand_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t heap_bytes_ ABSL_GUARDED_BY(mutex_) = 0;  // of the packed vectors
};

}  // namespace ebb::feature_store
