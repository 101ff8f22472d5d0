// Months of events of a synthetic shop, in time order.
#pragma once

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "ebb/v1/event.pb.h"

namespace ebb::generate {

struct HistoryPlan {
  int64_t customers = 0;
  int months = 6;
  uint64_t seed = 0;
  // Events end before this; their days are UTC's.
  absl::Time until;
};

// Days that the history spans, for progress.
int64_t DaysOf(const HistoryPlan& plan);

// Gives each event to `sink`, in order of event_time: first every customer's profile, then visits, contacts and, early
// in each month, profit statements. The same events for the same plan. Holds one day at a time. An error of `sink` ends
// it. `day_done` is told the days that are done.
absl::Status MakeHistory(const HistoryPlan& plan, absl::FunctionRef<absl::Status(const v1::Event&)> sink,
                         absl::FunctionRef<void(int64_t)> day_done);

}  // namespace ebb::generate
