// How long to wait before the next try.
#pragma once

#include <cstdint>
#include <random>

#include "absl/time/time.h"

namespace ebb {

// Full jitter: a random time between a tenth of and the whole of a limit that doubles with each failure, so that
// clients of a restarted service do not come back all at once. Not thread-safe.
class Backoff {
 public:
  Backoff(absl::Duration first, absl::Duration most, uint64_t seed);
  absl::Duration Next();
  // After a success.
  void Reset();

 private:
  const absl::Duration first_;
  const absl::Duration most_;
  absl::Duration limit_;
  std::mt19937_64 random_;
};

}  // namespace ebb
