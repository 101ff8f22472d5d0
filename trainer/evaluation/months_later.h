#pragma once

#include "absl/time/time.h"

namespace ebb::trainer {

// The same time of day so many calendar months later in UTC, or on the last day of a shorter month. The store counts
// months in the shop's time zone, which the trainer does not know: from the first of a month there the two agree in
// which first of a month has been reached, else they may differ by three days.
absl::Time MonthsLater(absl::Time time, int months);

}  // namespace ebb::trainer
