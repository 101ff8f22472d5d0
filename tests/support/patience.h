#pragma once

#include "absl/time/time.h"

namespace ebb::testing {

// Bounds a wait that ends at once when all is well; no test ever sleeps for it. Long, because a sanitizer on a busy
// machine is slow.
inline constexpr absl::Duration kPatience = absl::Minutes(2);

}  // namespace ebb::testing
