#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace ebb::scorer {

// When a published change was caused. Microseconds since the Unix epoch.
struct ChangeMoment {
  int64_t changed_us = 0;   // the store's clock when it acknowledged the event, or let the time pass
  int64_t received_us = 0;  // our clock when the vector came
};

// The moments of the changes published last, so that a stream can tell how fresh what it sends is: they are worth no
// place in the score of every customer for ever. 24 bytes each. One thread notes, any may look.
class RecentChanges {
 public:
  static constexpr size_t kMost = 65'536;

  explicit RecentChanges(size_t most = kMost) : places_(most) {}

  // Replaces the moment noted `most` sequences before. `sequence` is above 0.
  void Note(int64_t sequence, const ChangeMoment& moment) {
    Place& place = PlaceOf(sequence);
    place.sequence.store(0, std::memory_order_relaxed);
    place.changed_us.store(moment.changed_us, std::memory_order_release);
    place.received_us.store(moment.received_us, std::memory_order_release);
    place.sequence.store(sequence, std::memory_order_release);
  }

  // Nothing where it was never noted, or replaced.
  std::optional<ChangeMoment> Find(int64_t sequence) const {
    const Place& place = places_[static_cast<size_t>(sequence) % places_.size()];
    if (place.sequence.load(std::memory_order_acquire) != sequence) return std::nullopt;
    const ChangeMoment moment{.changed_us = place.changed_us.load(std::memory_order_acquire),
                              .received_us = place.received_us.load(std::memory_order_acquire)};
    if (place.sequence.load(std::memory_order_relaxed) != sequence) return std::nullopt;  // replaced meanwhile
    return moment;
  }

 private:
  struct Place {
    std::atomic<int64_t> sequence{0};
    std::atomic<int64_t> changed_us{0};
    std::atomic<int64_t> received_us{0};
  };
  Place& PlaceOf(int64_t sequence) { return places_[static_cast<size_t>(sequence) % places_.size()]; }

  std::vector<Place> places_;
};

}  // namespace ebb::scorer
