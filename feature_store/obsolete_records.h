// Which records of the history have to go: those of erased customers, and those that are older than the retention.
#pragma once

#include <atomic>
#include <cstdint>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/storage.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

struct ObsoleteRecords {
  absl::flat_hash_set<Pseudonym> customers;  // erased
  int64_t expired_before_us = INT64_MIN;     // microseconds since 1970 UTC
  uint32_t kept_bodies = 0;                  // bit N: bodies with field number N of Event never expire
  std::atomic<int64_t>* expired = nullptr;   // counts what is named because of its age; borrowed

  // A record that cannot be read stays: who reads it next says that it is damaged.
  bool Names(absl::string_view key, absl::string_view value) const;
};

// The bodies that a lifetime feature reads, and imported snapshots, whose values hold until something newer comes: a
// vector of now may need them however old they are. Of the others it needs no more than the longest window.
uint32_t BodiesKeptForGood(const CompiledDeclarations& declarations);

// Days back of T that a vector may look at, lifetime features aside.
int64_t LongestWindowDays(const CompiledDeclarations& declarations);

}  // namespace ebb::feature_store
