#pragma once

#include <cstdint>
#include <limits>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "ebb/v1/feature.pb.h"

namespace ebb::feature_store {

// A day of the shop's calendar: days since 1970-01-01.
using Day = int32_t;
inline constexpr Day kFirstDay = std::numeric_limits<Day>::min();
inline constexpr Day kLastDay = std::numeric_limits<Day>::max();

// Days [begin, end).
struct DayRange {
  Day begin = kFirstDay;
  Day end = kLastDay;
  bool Contains(Day day) const { return begin <= day && day < end; }
  bool operator==(const DayRange&) const = default;
};

// A window in the form that arithmetic likes. Its edges are days, counted back from the day of T: the window begins at
// edge `begin_edge` and ends at edge `end_edge` (where that is none: just before T).
struct CompiledWindow {
  enum class Unit : uint8_t { kDays, kMonths, kCalendarMonths, kLifetime };
  Unit unit = Unit::kLifetime;
  int length = 0;  // In units, 0 for lifetime.
  int offset = 0;  // In lengths.

  // Whether it ends at T. Whole calendar months end where the month of T begins.
  bool ReachesToday() const { return offset == 0 && unit != Unit::kCalendarMonths; }
  bool operator==(const CompiledWindow&) const = default;
};
CompiledWindow CompileWindow(const v1::Window& window);

// Days and months in the shop's time zone. Thread-safe (immutable), cheap to copy. Only DayOf and StartOf know the zone
// and its clock changes; everything else is arithmetic on days, so that windows cost nothing.
class ShopCalendar {
 public:
  explicit ShopCalendar(absl::TimeZone zone) : zone_(zone) {}

  // The day that a time lies in: the last one that has begun.
  Day DayOf(absl::Time time) const;
  // The first instant of a day; where the clock skips midnight, the instant of the change.
  absl::Time StartOf(Day day) const;

  // The same day `months` (may be negative) earlier, or the last of that month where it is shorter.
  static Day MonthsBefore(Day day, int months);
  static Day LastOfMonth(int year, int month);
  // A month or day beyond its range counts on into the next year or month.
  static Day FromDate(int year, int month, int day);
  static absl::CivilDay ToCivil(Day day);
  // The same wall-clock time `months` (may be negative) later, or that time on the last day of a shorter month.
  absl::Time MonthsAfter(absl::Time time, int months) const;

  // The days that a window covers for a T on day `today`. Where it reaches to today, today is part of it, whole: what
  // is folded is before T.
  static DayRange DaysOf(const CompiledWindow& window, Day today);
  // The days of month `index` of a window of months, counted back from its end.
  static DayRange MonthOf(const CompiledWindow& window, int index, Day today);

  // The first day from which on a window no longer reaches back to `day`, and from which on it has come to include it.
  // kLastDay: never.
  static Day LeavesOn(const CompiledWindow& window, Day day);
  static Day EntersOn(const CompiledWindow& window, Day day);
  // The most days that a window's beginning lies before the day of T; kLastDay for lifetime.
  static Day MostDaysBack(const CompiledWindow& window);

  const absl::TimeZone& zone() const { return zone_; }

 private:
  Day ComputeDay(absl::Time time) const;

  absl::TimeZone zone_;
};

}  // namespace ebb::feature_store
