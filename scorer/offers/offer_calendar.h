#pragma once

#include <optional>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "ebb/v1/offer.pb.h"

// Days and hours that offers go by, in the catalogue's time zone. Pure functions.
namespace ebb::scorer {

// `HH:MM` as minutes since midnight; nothing: it is no time of day.
std::optional<int> MinuteOfDay(std::string_view text);

// `MM-DD`; nothing: it is no day of any year.
std::optional<v1::MonthDay> ReadMonthDay(std::string_view text);

// Whether `now` lies in the quiet hours, which have been checked. They follow the wall clock, also on days when it is
// set.
bool IsQuiet(const v1::QuietHours& hours, absl::Time now, absl::TimeZone zone);

// The occasion's day whose span `before` days ahead to `after` days behind holds `today`; of several the next one.
// `birthday`: the customer's, for occasions that are each customer's own; empty or unreadable: there is no day.
std::optional<absl::CivilDay> OpenOccasion(const v1::Occasion& occasion, int before, int after, absl::CivilDay today,
                                           std::string_view birthday);

// Whether `today` is a day of the programme.
bool RunsOn(const v1::Programme& programme, absl::CivilDay today);

// A day that has been checked.
absl::CivilDay ToCivilDay(const v1::Date& date);
// Whether there is such a day, 1900 to 9999.
bool IsDate(const v1::Date& date);
// Whether there is such a day in a leap year.
bool IsMonthDay(const v1::MonthDay& day);

}  // namespace ebb::scorer
