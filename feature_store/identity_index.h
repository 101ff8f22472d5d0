// Which events the store has seen lately: those of log segments that are not yet sorted into the history.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace ebb::feature_store {

// Remembers (customer, event_id) → event_time. Instead of the text it keeps a 128-bit keyed hash: under a secret key a
// sender cannot make two identities collide, and by chance 10^9 of them do with a probability below 10^-20. 32 to 60
// bytes an event. Not thread-safe.
class IdentityIndex {
 public:
  enum class Verdict {
    kNew,        // remembered now
    kDuplicate,  // same id, same time
    kOtherTime,  // same id, another time
  };

  // `key`: 16 random bytes or more.
  explicit IdentityIndex(absl::string_view key);

  // `*seen_us` receives the time seen before where the verdict is kOtherTime.
  Verdict Insert(uint32_t customer, absl::string_view event_id, int64_t event_time_us, int64_t* seen_us);

  // What is inserted from now on belongs to a new segment, whose log entries begin at `sequence`.
  void BeginSegment(uint64_t sequence);
  // Forgets segments that end at or before `sequence`.
  void ForgetBefore(uint64_t sequence);
  size_t size() const;

 private:
  struct Fingerprint {
    uint64_t high;
    uint64_t low;
    friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
    template <typename H>
    friend H AbslHashValue(H hash, const Fingerprint& print) {
      return H::combine(std::move(hash), print.low);
    }
  };
  struct Segment {
    uint64_t first_sequence;
    absl::flat_hash_map<Fingerprint, int64_t> times;
  };

  Fingerprint FingerprintOf(uint32_t customer, absl::string_view event_id) const;

  uint64_t key0_;
  uint64_t key1_;
  std::deque<Segment> segments_;  // oldest first, never empty
};

}  // namespace ebb::feature_store
