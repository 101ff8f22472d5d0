#include "trainer/evaluation/months_later.h"

#include <algorithm>

#include "absl/time/civil_time.h"

namespace ebb::trainer {

absl::Time MonthsLater(absl::Time time, int months) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::CivilSecond civil = absl::ToCivilSecond(time, utc);
  const absl::CivilMonth month = absl::CivilMonth(civil) + months;
  const absl::CivilDay last_day = absl::CivilDay(month + 1) - 1;
  const int day = std::min(civil.day(), last_day.day());
  const absl::CivilSecond later(month.year(), month.month(), day, civil.hour(), civil.minute(), civil.second());
  return absl::FromCivil(later, utc) + (time - absl::FromCivil(civil, utc));
}

}  // namespace ebb::trainer
