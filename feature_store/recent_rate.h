// How many of something came a second, of late.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace ebb::feature_store {

// Counts by the second and forgets after a minute. One thread adds, any may ask.
class RecentRate {
 public:
  static constexpr int64_t kWindowSeconds = 60;

  // `second` of any clock that does not go back.
  void Add(int64_t second, uint64_t count) {
    std::atomic<uint64_t>& slot = slots_[Slot(second)];
    const uint64_t before = slot.load(std::memory_order_relaxed);
    const bool same = (before >> kCountBits) == Stamp(second);
    slot.store(Stamp(second) << kCountBits | (((same ? before : 0) + count) & kCountMask), std::memory_order_relaxed);
  }

  // Over the last `seconds`, at most a minute; the second that has just begun is left out.
  double PerSecond(int64_t second, int64_t seconds = kWindowSeconds) const {
    if (seconds < 1) return 0;
    if (seconds > kWindowSeconds) seconds = kWindowSeconds;
    uint64_t count = 0;
    for (int64_t past = second - seconds; past < second; ++past) {
      const uint64_t slot = slots_[Slot(past)].load(std::memory_order_relaxed);
      if ((slot >> kCountBits) == Stamp(past)) count += slot & kCountMask;
    }
    return static_cast<double>(count) / static_cast<double>(seconds);
  }

 private:
  // A slot holds which second it is of, shortened, and the count: one word, so that a reader sees both or neither.
  static constexpr int kCountBits = 40;
  static constexpr uint64_t kCountMask = (uint64_t{1} << kCountBits) - 1;
  static uint64_t Stamp(int64_t second) { return (static_cast<uint64_t>(second) + 1) & 0xffffff; }
  static size_t Slot(int64_t second) { return static_cast<uint64_t>(second) % 64; }

  std::array<std::atomic<uint64_t>, 64> slots_ = {};
};

}  // namespace ebb::feature_store
