#include "clients/cli/generate/event_history.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "absl/time/civil_time.h"
#include "clients/cli/generate/customer_day.h"
#include "clients/cli/generate/customer_habits.h"

namespace ebb::generate {
namespace {

// The finance department is done with a month on this day of the next.
constexpr int kStatementDay = 3;

absl::CivilDay LastDay(const HistoryPlan& plan) {
  return absl::ToCivilDay(plan.until - absl::Microseconds(1), absl::UTCTimeZone());
}

// The same day of the month, `months` back; where that month has no such day, civil time moves on to the next month's
// first days.
absl::CivilDay FirstDay(const HistoryPlan& plan) {
  const absl::CivilDay last = LastDay(plan);
  return absl::CivilDay(last.year(), last.month() - plan.months, last.day()) + 1;
}

bool Earlier(const v1::Event& a, const v1::Event& b) {
  const auto key = [](const v1::Event& e) {
    return std::make_tuple(e.event_time().seconds(), e.event_time().nanos(), std::cref(e.customer_id()),
                           std::cref(e.event_id()));
  };
  return key(a) < key(b);
}

bool Before(const v1::Event& event, int64_t end_micros) {
  return event.event_time().seconds() * 1'000'000 + event.event_time().nanos() / 1000 < end_micros;
}

void MakeDay(const HistoryPlan& plan, const std::vector<CustomerHabits>& habits, absl::CivilDay day,
             std::vector<v1::Event>& events) {
  const bool first = day == FirstDay(plan);
  const int64_t days_left = LastDay(plan) - day;
  for (int64_t index = 0; index < plan.customers; ++index) {
    const CustomerHabits& customer = habits[index];
    CustomerDay made(plan.seed, index, day, events);
    if (first) made.AddProfile(customer);
    made.AddBehaviour(customer, MoodOf(customer, plan.seed, index, days_left));
    if (day.day() == kStatementDay) made.AddProfitStatement(customer);
  }
  std::sort(events.begin(), events.end(), Earlier);
}

}  // namespace

int64_t DaysOf(const HistoryPlan& plan) { return LastDay(plan) - FirstDay(plan) + 1; }

absl::Status MakeHistory(const HistoryPlan& plan, absl::FunctionRef<absl::Status(const v1::Event&)> sink,
                         absl::FunctionRef<void(int64_t)> day_done) {
  std::vector<CustomerHabits> habits;
  habits.reserve(plan.customers);
  for (int64_t index = 0; index < plan.customers; ++index) habits.push_back(MakeHabits(plan.seed, index));
  const int64_t end_micros = absl::ToUnixMicros(plan.until);
  const absl::CivilDay first = FirstDay(plan);
  std::vector<v1::Event> events;
  for (absl::CivilDay day = first; day <= LastDay(plan); ++day) {
    events.clear();
    MakeDay(plan, habits, day, events);
    for (const v1::Event& event : events) {
      if (!Before(event, end_micros)) break;
      absl::Status status = sink(event);
      if (!status.ok()) return status;
    }
    day_done(day - first + 1);
  }
  return absl::OkStatus();
}

}  // namespace ebb::generate
