#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace ebb::benchmarks {

// The time of every call of a load, for exact percentiles. Not thread-safe: each connection has its own, added up in
// the end.
class Latencies {
 public:
  void Add(std::chrono::steady_clock::duration spent) {
    seconds_.push_back(std::chrono::duration<double>(spent).count());
  }
  void Add(const Latencies& other) { seconds_.insert(seconds_.end(), other.seconds_.begin(), other.seconds_.end()); }
  size_t count() const { return seconds_.size(); }

  // The time that `share` of the calls did not exceed, in milliseconds; 0 where there was none.
  double Milliseconds(double share) {
    if (seconds_.empty()) return 0;
    const size_t rank = std::min(seconds_.size() - 1, static_cast<size_t>(share * static_cast<double>(count())));
    std::nth_element(seconds_.begin(), seconds_.begin() + static_cast<std::ptrdiff_t>(rank), seconds_.end());
    return seconds_[rank] * 1e3;
  }

 private:
  std::vector<double> seconds_;
};

}  // namespace ebb::benchmarks
