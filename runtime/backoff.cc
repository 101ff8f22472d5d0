#include "runtime/backoff.h"

#include <algorithm>

namespace ebb {

Backoff::Backoff(absl::Duration first, absl::Duration most, uint64_t seed)
    : first_(first), most_(most), limit_(first), random_(seed) {}

absl::Duration Backoff::Next() {
  const absl::Duration wait = limit_ * std::uniform_real_distribution<double>(0.1, 1.0)(random_);
  limit_ = std::min(limit_ * 2, most_);
  return wait;
}

void Backoff::Reset() { limit_ = first_; }

}  // namespace ebb
