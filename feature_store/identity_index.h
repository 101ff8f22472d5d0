// Which events the store has seen lately: those of log segments that are not yet sorted into the history.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "runtime/digest.h"
#include "runtime/large_blocks.h"
#include "runtime/sip_hash.h"

namespace ebb::feature_store {

// Stands for (customer, event_id): a 128-bit keyed hash. Under a secret key a sender cannot make two fall together, and
// by chance 10^9 of them do with a probability below 10^-20.
struct Identity {
  uint64_t first = 0;
  uint64_t second = 0;
  friend bool operator==(const Identity&, const Identity&) = default;
};

// Makes identities. Thread-safe (immutable).
class IdentityHash {
 public:
  // `key`: 16 random bytes or more.
  explicit IdentityHash(absl::string_view key) : key_(SipHash::Key::Of(key)) {}
  Identity Of(const Pseudonym& customer, absl::string_view event_id) const;

 private:
  const SipHash::Key key_;
};

// Remembers identity → event_time, 32 to 60 bytes an event. Not thread-safe.
class IdentityIndex {
 public:
  enum class Verdict {
    kNew,        // remembered now
    kDuplicate,  // same id, same time
    kOtherTime,  // same id, another time
  };

  IdentityIndex() { segments_.push_back({0, {}}); }

  // `*seen_us` receives the time seen before where the verdict is not kNew.
  Verdict Insert(const Identity& identity, int64_t event_time_us, int64_t* seen_us);
  // A hint that Insert is about to come: brings what it looks at into the caches.
  void Prefetch(const Identity& identity) const;

  // What is inserted from now on belongs to a new segment, whose log entries begin at `sequence`.
  void BeginSegment(uint64_t sequence);
  // Forgets segments that end at or before `sequence`.
  void ForgetBefore(uint64_t sequence);
  size_t size() const;

 private:
  struct Hash {  // an identity is random already
    size_t operator()(const Identity& identity) const { return identity.first; }
  };
  // Some megabytes that are taken and given back with each segment.
  using Times = absl::flat_hash_map<Identity, int64_t, Hash, std::equal_to<Identity>,
                                    HugePageAllocator<std::pair<const Identity, int64_t>>>;
  struct Segment {
    uint64_t first_sequence;
    Times times;
  };

  std::deque<Segment> segments_;  // oldest first, never empty
};

}  // namespace ebb::feature_store
