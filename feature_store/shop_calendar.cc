#include "feature_store/shop_calendar.h"

#include <algorithm>
#include <array>
#include <limits>

namespace ebb::feature_store {
namespace {

// A date of the Gregorian calendar. absl's civil days count on from an epoch month by month, which was a third of the
// time of a training set; this is the usual arithmetic on 400-year eras that begin in March.
struct Date {
  int64_t year;
  int month;
  int day;
};
constexpr int64_t kDaysOfEra = 146'097, kDaysToEpoch = 719'468;  // from 0000-03-01 to 1970-01-01

Date DateOf(Day day) {
  const int64_t days = int64_t{day} + kDaysToEpoch;
  const int64_t era = (days >= 0 ? days : days - (kDaysOfEra - 1)) / kDaysOfEra;
  const int64_t of_era = days - era * kDaysOfEra;
  const int64_t year_of_era = (of_era - of_era / 1'460 + of_era / 36'524 - of_era / 146'096) / 365;
  const int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t from_march = (5 * of_year + 2) / 153;
  const int month = static_cast<int>(from_march < 10 ? from_march + 3 : from_march - 9);
  return {era * 400 + year_of_era + (month <= 2 ? 1 : 0), month,
          static_cast<int>(of_year - (153 * from_march + 2) / 5 + 1)};
}

Day DayOfDate(const Date& date) {
  const int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t of_year = (153 * (date.month > 2 ? date.month - 3 : date.month + 9) + 2) / 5 + date.day - 1;
  return static_cast<Day>(era * kDaysOfEra + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year -
                          kDaysToEpoch);
}

// The first day of the month that lies `months` (may be negative) before the date's.
Date MonthBefore(const Date& date, int months) {
  const int64_t month = date.year * 12 + (date.month - 1) - months;
  const int64_t year = (month >= 0 ? month : month - 11) / 12;
  return {year, static_cast<int>(month - year * 12) + 1, 1};
}

// The edge `back` units (calendar months: whole months) before a T on day `today`.
Day ComputeEdge(CompiledWindow::Unit unit, int back, Day today) {
  switch (unit) {
    case CompiledWindow::Unit::kDays:
      return today - back;
    case CompiledWindow::Unit::kMonths:
      return ShopCalendar::MonthsBefore(today, back);
    case CompiledWindow::Unit::kCalendarMonths:
      return DayOfDate(MonthBefore(DateOf(today), back));
    case CompiledWindow::Unit::kLifetime:
      break;
  }
  return kFirstDay;
}

// The same, remembered: months take a walk through the calendar, and the vectors of a day ask for the same few edges
// millions of times.
Day Edge(CompiledWindow::Unit unit, int back, Day today) {
  struct Known {
    CompiledWindow::Unit unit = CompiledWindow::Unit::kLifetime;  // nothing is known
    int back = 0;
    Day today = 0;
    Day edge = 0;
  };
  constexpr size_t kPlaces = 512;
  thread_local std::array<Known, kPlaces> places;
  if (unit != CompiledWindow::Unit::kMonths && unit != CompiledWindow::Unit::kCalendarMonths) {
    return ComputeEdge(unit, back, today);
  }
  const auto mixed = static_cast<uint32_t>(today) * 37 + static_cast<uint32_t>(back) * 2 +
                     (unit == CompiledWindow::Unit::kMonths ? 0 : 1);
  Known& known = places[mixed % kPlaces];
  if (known.unit != unit || known.back != back || known.today != today) {
    known = {unit, back, today, ComputeEdge(unit, back, today)};
  }
  return known.edge;
}

// The first today at which that edge lies after `day`. Edges never move back, so this is where it passes the day.
Day EdgePasses(CompiledWindow::Unit unit, int back, Day day) {
  switch (unit) {
    case CompiledWindow::Unit::kDays:
      return day + back + 1;
    case CompiledWindow::Unit::kMonths: {
      // Months differ in length: `back` months after the day its edge has not passed it, a few days later it has.
      Day today = ShopCalendar::MonthsBefore(day, -back);
      while (Edge(unit, back, today) <= day) ++today;
      return today;
    }
    case CompiledWindow::Unit::kCalendarMonths:
      return DayOfDate(MonthBefore(DateOf(day), -(back + 1)));
    case CompiledWindow::Unit::kLifetime:
      break;
  }
  return kLastDay;
}

int BeginEdge(const CompiledWindow& window) { return (window.offset + 1) * window.length; }

int EndEdge(const CompiledWindow& window) { return BeginEdge(window) - window.length; }

}  // namespace

CompiledWindow CompileWindow(const v1::Window& window) {
  using Unit = CompiledWindow::Unit;
  switch (window.length_case()) {
    case v1::Window::kDays:
      return {Unit::kDays, window.days(), window.offset()};
    case v1::Window::kMonths:
      return {Unit::kMonths, window.months(), window.offset()};
    case v1::Window::kCalendarMonths:
      return {Unit::kCalendarMonths, window.calendar_months(), window.offset()};
    case v1::Window::kLifetime:
    case v1::Window::LENGTH_NOT_SET:
      break;
  }
  return {};
}

// A look at the zone's rules costs more than folding an event, so what a UTC day holds is remembered: the shop's day
// that it begins in and where the next one begins.
Day ShopCalendar::DayOf(absl::Time time) const {
  struct Known {
    absl::TimeZone zone;
    int64_t utc_day = std::numeric_limits<int64_t>::min();  // nothing is known
    int64_t next_day_us = 0;
    Day day = 0;
  };
  constexpr size_t kPlaces = 1'024;
  constexpr int64_t kSecondsOfDay = 86'400, kMicrosOfDay = kSecondsOfDay * 1'000'000;
  thread_local std::array<Known, kPlaces> places;
  const int64_t time_us = absl::ToUnixMicros(time);
  const int64_t utc_day = time_us / kMicrosOfDay - (time_us % kMicrosOfDay < 0 ? 1 : 0);
  Known& known = places[static_cast<uint64_t>(utc_day) % kPlaces];
  if (known.utc_day != utc_day || known.zone != zone_) {
    const absl::Time begin = absl::FromUnixSeconds(utc_day * kSecondsOfDay);
    const Day day = ComputeDay(begin);
    const Day last = ComputeDay(begin + absl::Seconds(kSecondsOfDay) - absl::Microseconds(1));
    if (last > day + 1) return ComputeDay(time);  // a zone that crossed the date line skipped one
    known = {zone_, utc_day, absl::ToUnixMicros(StartOf(day + 1)), day};
  }
  return time_us >= known.next_day_us ? known.day + 1 : known.day;
}

Day ShopCalendar::ComputeDay(absl::Time time) const {
  const absl::CivilSecond civil = zone_.At(time).cs;
  Day day = DayOfDate({civil.year(), civil.month(), civil.day()});
  // Where a clock set back repeats the end of a day after midnight, the new day has begun already.
  if (StartOf(day + 1) <= time) ++day;
  return day;
}

absl::Time ShopCalendar::StartOf(Day day) const {
  const absl::TimeZone::TimeInfo info = zone_.At(absl::CivilSecond(ToCivil(day)));
  return info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
}

Day ShopCalendar::MonthsBefore(Day day, int months) {
  const Date date = DateOf(day);
  const Date month = MonthBefore(date, months);
  return std::min(DayOfDate(month) + date.day - 1, DayOfDate(MonthBefore(month, -1)) - 1);
}

Day ShopCalendar::LastOfMonth(int year, int month) { return DayOfDate(MonthBefore({year, month, 1}, -1)) - 1; }

Day ShopCalendar::FromDate(int year, int month, int day) {
  return DayOfDate(MonthBefore({year, month, 1}, 0)) + day - 1;
}

absl::CivilDay ShopCalendar::ToCivil(Day day) {
  const Date date = DateOf(day);
  return absl::CivilDay(date.year, date.month, date.day);
}

absl::Time ShopCalendar::MonthsAfter(absl::Time time, int months) const {
  const absl::TimeZone::CivilInfo now = zone_.At(time);
  const absl::CivilDay day = ToCivil(MonthsBefore(DayOfDate({now.cs.year(), now.cs.month(), now.cs.day()}), -months));
  const absl::CivilSecond then(day.year(), day.month(), day.day(), now.cs.hour(), now.cs.minute(), now.cs.second());
  return absl::FromCivil(then, zone_) + now.subsecond;
}

DayRange ShopCalendar::DaysOf(const CompiledWindow& window, Day today) {
  if (window.unit == CompiledWindow::Unit::kLifetime) return {kFirstDay, today + 1};
  return {Edge(window.unit, BeginEdge(window), today),
          window.ReachesToday() ? today + 1 : Edge(window.unit, EndEdge(window), today)};
}

DayRange ShopCalendar::MonthOf(const CompiledWindow& window, int index, Day today) {
  CompiledWindow month = window;
  month.offset = window.offset * window.length + index;
  month.length = 1;
  return DaysOf(month, today);
}

Day ShopCalendar::LeavesOn(const CompiledWindow& window, Day day) {
  if (window.unit == CompiledWindow::Unit::kLifetime) return kLastDay;
  return EdgePasses(window.unit, BeginEdge(window), day);
}

Day ShopCalendar::EntersOn(const CompiledWindow& window, Day day) {
  if (window.ReachesToday()) return day;
  return EdgePasses(window.unit, EndEdge(window), day);
}

Day ShopCalendar::MostDaysBack(const CompiledWindow& window) {
  if (window.unit == CompiledWindow::Unit::kLifetime) return kLastDay;
  // Four years hold every sequence of month lengths; those around 2100 hold none that is longer.
  const Day first = FromDate(2024, 1, 1), last = FromDate(2027, 12, 31);
  Day most = 0;
  for (Day today = first; today <= last; ++today) most = std::max(most, today - DaysOf(window, today).begin);
  return most;
}

}  // namespace ebb::feature_store
