// How active the whole base was, week by week: the regular monitoring that a shop's analysts look at.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/event_view.h"
#include "feature_store/shop_calendar.h"

namespace ebb::feature_store {

// Weeks that a week is compared with, and how many of them must be known.
inline constexpr int kBaselineWeeks = 8, kLeastBaselineWeeks = 4;

// Whether such an event makes its customer an active one.
bool IsBehaviour(v1::Event::BodyCase body);

// The last Monday that is not after the day.
Day MondayOf(Day day);

// What one week's base did.
struct WeekActivity {
  int64_t base = 0;
  int64_t active = 0;
  int64_t orders = 0;
  int64_t time_ms = 0;  // on site
};

// Of the last of weeks that follow each other: the mean of active / base, orders / base and time / base, each as a
// percentage of its own mean over the eight weeks before, one that was nothing in them left out. Nothing where fewer
// than four are there, or all three were nothing.
std::optional<double> IndexOfLast(std::span<const WeekActivity> weeks);

// Counts customers one after the other. Not thread-safe.
class ActivityTally {
 public:
  // The last `weeks` that are over on `today`, and those that the first of them is compared with.
  ActivityTally(const ShopCalendar& calendar, Day today, int weeks);

  // `events` in order of time. A customer without any was known before all weeks: retention took its events.
  void AddCustomer(std::span<const EventView> events);

  // At most the last `weeks`; see ActivityIndex for those that are left out. `expired_before_us`: events before it may
  // be gone.
  v1::ActivityIndex Told(int weeks, int64_t expired_before_us) const;

 private:
  const ShopCalendar calendar_;
  const Day first_monday_;
  std::vector<int64_t> starts_us_;   // of the weeks, and the end of the last
  std::vector<WeekActivity> weeks_;  // their base: customers who are new in them
  int64_t known_before_ = 0;         // customers
  int64_t first_behaviour_us_ = INT64_MAX;
};

}  // namespace ebb::feature_store
