#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace ebb::scorer {

// Whether news, changes that events or the passing of time caused, reach the subscribers in time: what can wait gives
// way while they do not. Times are microseconds since the Unix epoch. Thread-safe.
//
// One piece that comes in time is proof enough: a subscriber that reads slowly does not make the others' news late.
class NewsWatch {
 public:
  static constexpr int64_t kLateUs = 10'000;
  // How long it counts that one was late, and that one came in time: what gives way shall not come back at once.
  static constexpr int64_t kLateCountsUs = 100'000, kTimelyCountsUs = 5'000;

  // A piece of news of then was told now.
  void Note(int64_t changed_us, int64_t now_us) {
    auto& last = now_us - changed_us > kLateUs ? last_late_us_ : last_timely_us_;
    last.store(now_us, std::memory_order_relaxed);
  }

  bool AreLate(int64_t now_us) const {
    return Age(last_late_us_, now_us) <= kLateCountsUs && Age(last_timely_us_, now_us) > kTimelyCountsUs;
  }
  // Whether there were any lately.
  bool Any(int64_t now_us) const {
    return std::min(Age(last_late_us_, now_us), Age(last_timely_us_, now_us)) <= kLateCountsUs;
  }

 private:
  static int64_t Age(const std::atomic<int64_t>& seen, int64_t now_us) {
    return now_us - seen.load(std::memory_order_relaxed);
  }

  std::atomic<int64_t> last_late_us_{-kLateCountsUs - 1};
  std::atomic<int64_t> last_timely_us_{-kLateCountsUs - 1};
};

}  // namespace ebb::scorer
