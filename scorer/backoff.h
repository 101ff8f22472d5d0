#pragma once

#include <algorithm>

#include "absl/time/time.h"

namespace ebb::scorer {

// How long to wait before trying again: doubling from `first` to `most`, and of that a random part, so that many
// clients of a restarted server do not come back in step. Not thread-safe.
class Backoff {
 public:
  Backoff(absl::Duration first, absl::Duration most) : first_(first), most_(most), next_(first) {}

  // `dice` is random, from 0 to 1: between half and all of the present wait.
  absl::Duration Next(double dice) {
    const absl::Duration wait = next_ * (0.5 + 0.5 * dice);
    next_ = std::min(next_ * 2, most_);
    return wait;
  }
  // It worked: the next failure waits shortly again.
  void Reset() { next_ = first_; }

 private:
  const absl::Duration first_;
  const absl::Duration most_;
  absl::Duration next_;
};

}  // namespace ebb::scorer
