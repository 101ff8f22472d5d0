#include "scorer/offers/offer_calendar.h"

#include <optional>
#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace ebb::scorer {
namespace {

v1::Occasion OccasionFrom(const std::string& text) {
  v1::Occasion occasion;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &occasion)) << text;
  return occasion;
}

TEST(OfferCalendarTest, QuietHoursFollowTheWallClockAndGoOverMidnight) {
  absl::TimeZone moscow;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Moscow", &moscow));
  struct Case {
    const char* from;
    const char* until;
    const char* local;
    bool quiet;
  };
  const Case cases[] = {
      {"21:00", "09:00", "2025-06-01T20:59:59", false}, {"21:00", "09:00", "2025-06-01T21:00:00", true},
      {"21:00", "09:00", "2025-06-01T08:59:59", true},  {"21:00", "09:00", "2025-06-01T09:00:00", false},
      {"12:00", "13:00", "2025-06-01T12:30:00", true},  {"12:00", "13:00", "2025-06-01T13:00:00", false},
      {"00:00", "23:59", "2025-06-01T23:58:59", true},  {"00:00", "23:59", "2025-06-01T23:59:00", false},
  };
  for (const Case& c : cases) {
    v1::QuietHours hours;
    hours.set_from(c.from);
    hours.set_until(c.until);
    absl::CivilSecond local;
    ASSERT_TRUE(absl::ParseCivilTime(c.local, &local));
    EXPECT_EQ(IsQuiet(hours, absl::FromCivil(local, moscow), moscow), c.quiet) << c.from << " " << c.local;
  }
}

TEST(OfferCalendarTest, AnOccasionIsOpenAroundItsDay) {
  struct Case {
    const char* occasion;
    int before, after;
    const char* today;
    const char* birthday;
    const char* want;  // empty: closed
  };
  const Case cases[] = {
      {"every_year { month: 3 day: 8 }", 14, 0, "2025-02-22", "", "2025-03-08"},
      {"every_year { month: 3 day: 8 }", 14, 0, "2025-02-21", "", ""},
      {"every_year { month: 3 day: 8 }", 14, 0, "2025-03-09", "", ""},
      {"every_year { month: 3 day: 8 }", 14, 1, "2025-03-09", "", "2025-03-08"},
      // Over the year's end, on either side.
      {"every_year { month: 1 day: 1 }", 10, 0, "2025-12-25", "", "2026-01-01"},
      {"every_year { month: 12 day: 31 }", 0, 5, "2026-01-03", "", "2025-12-31"},
      // 29 February in a year without it.
      {"every_year { month: 2 day: 29 }", 0, 0, "2025-02-28", "", "2025-02-28"},
      {"every_year { month: 2 day: 29 }", 0, 0, "2024-02-28", "", ""},
      {"every_year { month: 2 day: 29 }", 0, 0, "2024-02-29", "", "2024-02-29"},
      // Stated days: the next one counts, otherwise the last.
      {"dates { dates { year: 2025 month: 5 day: 1 } dates { year: 2025 month: 5 day: 9 } }", 10, 10, "2025-05-04", "",
       "2025-05-09"},
      {"dates { dates { year: 2025 month: 5 day: 1 } dates { year: 2025 month: 5 day: 9 } }", 10, 10, "2025-05-12", "",
       "2025-05-09"},
      // Birthdays.
      {"birthday_feature: 'birthday'", 7, 3, "2025-12-29", "01-02", "2026-01-02"},
      {"birthday_feature: 'birthday'", 7, 3, "2025-12-29", "", ""},
      {"birthday_feature: 'birthday'", 7, 3, "2025-12-29", "13-40", ""},
  };
  for (const Case& c : cases) {
    absl::CivilDay today;
    ASSERT_TRUE(absl::ParseCivilTime(c.today, &today));
    const std::optional<absl::CivilDay> day =
        OpenOccasion(OccasionFrom(c.occasion), c.before, c.after, today, c.birthday);
    EXPECT_EQ(day.has_value() ? absl::FormatCivilTime(*day) : "", c.want) << c.occasion << " on " << c.today;
  }
}

TEST(OfferCalendarTest, TimesAndDaysAreReadStrictly) {
  EXPECT_EQ(MinuteOfDay("00:00"), 0);
  EXPECT_EQ(MinuteOfDay("23:59"), 23 * 60 + 59);
  for (const char* text : {"", "9:00", "24:00", "12:60", "12.00", "+1:00", "12:000"})
    EXPECT_FALSE(MinuteOfDay(text)) << text;
  for (const char* text : {"", "2-29", "00-01", "02-30", "04-31", "0a-01"}) EXPECT_FALSE(ReadMonthDay(text)) << text;
  EXPECT_TRUE(ReadMonthDay("02-29"));
}

}  // namespace
}  // namespace ebb::scorer
