#include "scorer/offers/offer_calendar.h"

#include <algorithm>
#include <string>
#include <vector>

namespace ebb::scorer {
namespace {

constexpr int kSomeLeapYear = 2000;

// Two digits; -1: they are none.
int TwoDigits(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return text.size() == 2 && digit(text[0]) && digit(text[1]) ? (text[0] - '0') * 10 + (text[1] - '0') : -1;
}

// 29 February is the 28th in years that have none.
absl::CivilDay DayInYear(const v1::MonthDay& day, absl::civil_year_t year) {
  const absl::CivilDay exact(year, day.month(), day.day());
  return exact.month() == day.month() ? exact : absl::CivilDay(year, day.month(), day.day() - 1);
}

std::vector<absl::CivilDay> YearlyDays(const v1::MonthDay& day, absl::civil_year_t year) {
  return {DayInYear(day, year - 1), DayInYear(day, year), DayInYear(day, year + 1)};
}

}  // namespace

std::optional<int> MinuteOfDay(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const int hours = TwoDigits(text.substr(0, 2)), minutes = TwoDigits(text.substr(3));
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return hours * 60 + minutes;
}

std::optional<v1::MonthDay> ReadMonthDay(std::string_view text) {
  if (text.size() != 5 || text[2] != '-') return std::nullopt;
  v1::MonthDay day;
  day.set_month(TwoDigits(text.substr(0, 2)));
  day.set_day(TwoDigits(text.substr(3)));
  if (!IsMonthDay(day)) return std::nullopt;
  return day;
}

bool IsQuiet(const v1::QuietHours& hours, absl::Time now, absl::TimeZone zone) {
  const absl::CivilSecond local = absl::ToCivilSecond(now, zone);
  const int minute = local.hour() * 60 + local.minute();
  const int from = *MinuteOfDay(hours.from()), until = *MinuteOfDay(hours.until());
  return from < until ? minute >= from && minute < until : minute >= from || minute < until;
}

std::optional<absl::CivilDay> OpenOccasion(const v1::Occasion& occasion, int before, int after, absl::CivilDay today,
                                           std::string_view birthday) {
  std::vector<absl::CivilDay> days;
  if (occasion.has_every_year()) days = YearlyDays(occasion.every_year(), today.year());
  for (const v1::Date& date : occasion.dates().dates()) days.push_back(ToCivilDay(date));
  if (occasion.has_birthday_feature()) {
    const std::optional<v1::MonthDay> day = ReadMonthDay(birthday);
    if (day.has_value()) days = YearlyDays(*day, today.year());
  }
  std::optional<absl::CivilDay> best;
  for (const absl::CivilDay day : days) {
    if (today < day - before || today > day + after) continue;
    // The next day counts more than one that has passed.
    const bool better = !best.has_value() || (*best < today ? day > *best : day >= today && day < *best);
    if (better) best = day;
  }
  return best;
}

bool RunsOn(const v1::Programme& programme, absl::CivilDay today) {
  return (!programme.has_from() || today >= ToCivilDay(programme.from())) &&
         (!programme.has_until() || today <= ToCivilDay(programme.until()));
}

absl::CivilDay ToCivilDay(const v1::Date& date) { return absl::CivilDay(date.year(), date.month(), date.day()); }

bool IsDate(const v1::Date& date) {
  if (date.year() < 1900 || date.year() > 9999 || date.month() < 1 || date.month() > 12 || date.day() < 1) return false;
  return date.day() <= 31 && ToCivilDay(date).month() == date.month();
}

bool IsMonthDay(const v1::MonthDay& day) {
  v1::Date date;
  date.set_year(kSomeLeapYear);
  date.set_month(day.month());
  date.set_day(day.day());
  return IsDate(date);
}

}  // namespace ebb::scorer
