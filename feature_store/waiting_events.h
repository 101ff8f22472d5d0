// Events of customers that are not in memory: they wait here, as they came, until somebody needs the customer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"

namespace ebb::feature_store {

struct WaitingEvent {
  uint64_t end = 0;      // of its log entry
  int64_t clock_us = 0;  // T of its log entry
  std::string bytes;     // an ebb.v1.Event
};

// Chains of events, one a customer, each named by the number of its newest event. 32 bytes an event beside its own; all
// leave together. Not thread-safe; const members may run side by side.
class WaitingEvents {
 public:
  static constexpr int kNumberBits = 27;
  static constexpr uint32_t kNone = 0;  // an empty chain
  static constexpr size_t kMaxEventBytes = (size_t{1} << 23) - 1;

  // Whether another event can be added.
  bool HasRoom() const { return entries_.size() + 1 < (size_t{1} << kNumberBits); }
  // The chain with the event behind it.
  uint32_t Add(uint32_t chain, uint64_t end, int64_t clock_us, absl::string_view bytes);

  // Of a chain that is not empty.
  uint64_t EndOf(uint32_t chain) const { return entries_[chain].end; }
  int64_t ClockOf(uint32_t chain) const { return entries_[chain].clock_us; }
  absl::string_view NewestOf(uint32_t chain) const { return {entries_[chain].bytes, entries_[chain].size}; }
  // Events in it; beyond 255 no longer counted.
  uint32_t CountOf(uint32_t chain) const { return chain == kNone ? 0 : entries_[chain].count; }
  // Oldest first.
  std::vector<WaitingEvent> All(uint32_t chain) const;

  // Oldest first, borrowed until Clear: those that were not there at the last call for the same chain.
  absl::InlinedVector<absl::string_view, 8> TakeNew(uint32_t chain);

  size_t size() const { return entries_.size() - 1; }
  bool empty() const { return size() == 0; }
  void Clear();
  size_t MemoryBytes() const { return entries_.size() * sizeof(Entry) + block_bytes_; }

 private:
  struct Entry {
    uint64_t end : 63 = 0;
    uint64_t taken : 1 = 0;  // it and all before it in the chain
    int64_t clock_us = 0;
    const char* bytes = nullptr;
    uint32_t previous = kNone;
    uint32_t size : 23 = 0;
    uint32_t count : 8 = 0;
  };
  static_assert(sizeof(Entry) == 32);

  char* Room(size_t bytes);

  std::deque<Entry> entries_{1};  // the first one stands for none
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  size_t free_bytes_ = 0;
  size_t block_bytes_ = 0;
};

}  // namespace ebb::feature_store
