#include "clients/cli/time_text.h"

#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace ebb {
namespace {

constexpr char kForms[] =
    "write a day (2026-10-01), a time (2026-10-01T12:00:00Z, 2026-10-01T12:00:00+03:00; without an offset it is UTC), "
    "`now`, or how long "
    "ago (7d, 12h, 30m)";

bool ParseAgo(absl::string_view text, absl::Duration* ago) {
  if (text.size() < 2) return false;
  absl::Duration unit;
  switch (text.back()) {
    case 'd':
      unit = absl::Hours(24);
      break;
    case 'h':
      unit = absl::Hours(1);
      break;
    case 'm':
      unit = absl::Minutes(1);
      break;
    default:
      return false;
  }
  int count = 0;
  if (!absl::SimpleAtoi(text.substr(0, text.size() - 1), &count) || count < 0 || count > 1'000'000) return false;
  *ago = unit * count;
  return true;
}

}  // namespace

absl::StatusOr<absl::Time> ParseTime(std::string_view given, absl::Time now) {
  const absl::string_view text(given.data(), given.size());
  if (text == "now") return now;
  absl::Duration ago;
  if (ParseAgo(text, &ago)) return now - ago;
  absl::Time time;
  std::string ignored;
  for (const char* form : {"%Y-%m-%d", "%Y-%m-%d%ET%H:%M:%E*S%Ez", "%Y-%m-%d%ET%H:%M:%E*S", "%Y-%m-%d%ET%H:%M%Ez",
                           "%Y-%m-%d%ET%H:%M", "%Y-%m-%d %H:%M:%E*S%Ez", "%Y-%m-%d %H:%M:%E*S", "%Y-%m-%d %H:%M"}) {
    if (!absl::ParseTime(form, text, &time, &ignored)) continue;
    const int64_t year = absl::ToCivilYear(time, absl::UTCTimeZone()).year();
    if (year < 1900 || year > 9999) {
      return absl::InvalidArgumentError(absl::StrCat("`", text, "` is outside the years 1900 to 9999"));
    }
    return time;
  }
  return absl::InvalidArgumentError(absl::StrCat("`", text, "` is not a time; ", kForms));
}

std::string UtcText(absl::Time time) {
  const absl::Time second = absl::FromUnixSeconds(absl::ToUnixSeconds(time));
  const char* form = time == second ? "%Y-%m-%d%ET%H:%M:%SZ" : "%Y-%m-%d%ET%H:%M:%E6SZ";
  return absl::FormatTime(form, time, absl::UTCTimeZone());
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

}  // namespace ebb
