// What is kept in memory of every customer, whether its state is resident or not.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "feature_store/customer.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

struct CustomerRow {
  Pseudonym pseudonym{};
  std::unique_ptr<Customer> resident;  // null: the record in Family::kState has it, but for what waits
  uint64_t folded_to = 0;              // log entries before this position are in it
  int64_t due_us = kNever;             // when time alone may next change the vector; never too late
  uint32_t history_until_s = 0;        // no event in the sorted history is later; seconds since 1970 UTC, rounded up
  uint32_t waiting : WaitingEvents::kNumberBits = WaitingEvents::kNone;  // a chain; none where it is resident
  bool recorded : 1 = false;                                             // its record was written, or is about to be
  bool erased : 1 = false;                                               // nothing is left of it but its place
  bool dirty : 1 = false;                                                // changed since its record was written
  bool recent : 1 = false;                                               // used since the eviction's hand last passed
  bool next_complete : 1 = true;  // has its aggregates under the next declarations, or needs none
};
static_assert(sizeof(CustomerRow) == 48);

// Rows by dense id, found by pseudonym. 48 bytes a row in blocks that never move, and 4 to 8 bytes in an
// open-addressing table of ids. Not thread-safe; const members may run side by side.
class CustomerRows {
 public:
  static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

  CustomerRow& operator[](uint32_t id) { return blocks_[id / kBlock][id % kBlock]; }
  const CustomerRow& operator[](uint32_t id) const { return blocks_[id / kBlock][id % kBlock]; }
  uint32_t size() const { return size_; }

  uint32_t Find(const Pseudonym& pseudonym) const;
  // Rows up to and including `id` exist afterwards; the one at `id` has the pseudonym, which must be new.
  void Add(uint32_t id, const Pseudonym& pseudonym);

  // Hints that Find, and then the use of what it finds, are about to come. The second waits for what the first asked
  // for.
  void PrefetchSlot(const Pseudonym& pseudonym) const;
  void PrefetchRow(const Pseudonym& pseudonym) const;
  void PrefetchRow(uint32_t id) const { __builtin_prefetch(&(*this)[id]); }

  size_t MemoryBytes() const {
    return blocks_.size() * kBlock * sizeof(CustomerRow) + slots_.size() * sizeof(uint32_t);
  }

 private:
  static constexpr uint32_t kBlock = 1024;

  size_t SlotOf(const Pseudonym& pseudonym) const;
  void Grow();

  std::vector<std::unique_ptr<CustomerRow[]>> blocks_;
  uint32_t size_ = 0;
  std::vector<uint32_t> slots_;  // ids; kNone is free. A power of two, at most three quarters full
  uint32_t used_slots_ = 0;
};

}  // namespace ebb::feature_store
