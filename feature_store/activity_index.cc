#include "feature_store/activity_index.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "feature_store/event_time.h"

namespace ebb::feature_store {
namespace {

constexpr Day kDaysOfWeek = 7;

double PerCustomer(int64_t count, int64_t base) {
  return base > 0 ? static_cast<double>(count) / static_cast<double>(base) : 0;
}

}  // namespace

bool IsBehaviour(v1::Event::BodyCase body) {
  return body == v1::Event::kPageView || body == v1::Event::kBasketChange || body == v1::Event::kPurchase ||
         body == v1::Event::kTimeOnSite;
}

Day MondayOf(Day day) {
  constexpr Day kAMonday = 4;  // 1970-01-05
  const Day since = (day - kAMonday) % kDaysOfWeek;
  return day - (since < 0 ? since + kDaysOfWeek : since);
}

std::optional<double> IndexOfLast(std::span<const WeekActivity> weeks) {
  if (weeks.size() < kLeastBaselineWeeks + 1) return std::nullopt;
  const WeekActivity& last = weeks.back();
  std::span<const WeekActivity> before = weeks.first(weeks.size() - 1);
  if (before.size() > kBaselineWeeks) before = before.last(kBaselineWeeks);
  double sum = 0;
  int parts = 0;
  for (const auto count : {&WeekActivity::active, &WeekActivity::orders, &WeekActivity::time_ms}) {
    double mean = 0;
    for (const WeekActivity& week : before) mean += PerCustomer(week.*count, week.base);
    mean /= static_cast<double>(before.size());
    if (mean == 0) continue;
    sum += 100 * PerCustomer(last.*count, last.base) / mean;
    ++parts;
  }
  if (parts == 0) return std::nullopt;
  return sum / parts;
}

ActivityTally::ActivityTally(const ShopCalendar& calendar, Day today, int weeks)
    : calendar_(calendar),
      first_monday_(MondayOf(today) - kDaysOfWeek * (weeks + kBaselineWeeks)),
      weeks_(static_cast<size_t>(weeks + kBaselineWeeks)) {
  for (size_t week = 0; week <= weeks_.size(); ++week) {
    starts_us_.push_back(absl::ToUnixMicros(calendar_.StartOf(first_monday_ + kDaysOfWeek * static_cast<Day>(week))));
  }
}

void ActivityTally::AddCustomer(std::span<const EventView> events) {
  const auto week_of = [&](int64_t time_us) {  // the number of the week, from 1; 0: before all, size + 1: after
    return std::upper_bound(starts_us_.begin(), starts_us_.end(), time_us) - starts_us_.begin();
  };
  const auto weeks = static_cast<ptrdiff_t>(weeks_.size());
  const ptrdiff_t first = events.empty() ? 0 : week_of(events.front().event_time_us);
  if (first == 0) {
    ++known_before_;
  } else if (first <= weeks) {
    ++weeks_[static_cast<size_t>(first - 1)].base;
  }
  bool any_behaviour = false;
  ptrdiff_t active_in = 0;  // the last week counted
  for (const EventView& event : events) {
    if (!IsBehaviour(event.body)) continue;
    if (!std::exchange(any_behaviour, true)) first_behaviour_us_ = std::min(first_behaviour_us_, event.event_time_us);
    const ptrdiff_t in = week_of(event.event_time_us);
    if (in == 0) continue;
    if (in > weeks) break;
    WeekActivity& week = weeks_[static_cast<size_t>(in - 1)];
    if (std::exchange(active_in, in) != in) ++week.active;
    if (event.body == v1::Event::kPurchase) ++week.orders;
    if (event.body == v1::Event::kTimeOnSite) week.time_ms += event.duration_ms;
  }
}

v1::ActivityIndex ActivityTally::Told(int weeks, int64_t expired_before_us) const {
  v1::ActivityIndex index;
  std::vector<WeekActivity> told;
  int64_t base = known_before_;
  const size_t first_told = weeks_.size() - static_cast<size_t>(weeks);
  for (size_t week = 0; week < weeks_.size(); ++week) {
    base += weeks_[week].base;
    if (starts_us_[week] < std::max(first_behaviour_us_, expired_before_us)) continue;
    told.push_back(weeks_[week]);
    told.back().base = base;
    if (week < first_told) continue;
    v1::ActivityWeek* message = index.add_weeks();
    *message->mutable_start() = ToTimestamp(absl::FromUnixMicros(starts_us_[week]));
    message->set_base(base);
    message->set_active(told.back().active);
    message->set_orders(told.back().orders);
    message->set_minutes(static_cast<double>(told.back().time_ms) / 60'000);
    if (const std::optional<double> value = IndexOfLast(told)) message->set_index(*value);
  }
  return index;
}

}  // namespace ebb::feature_store
