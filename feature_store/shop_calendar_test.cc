#include "feature_store/shop_calendar.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "feature_store/test_events.h"

namespace ebb::feature_store {
namespace {

ShopCalendar Calendar(const std::string& zone) {
  absl::TimeZone tz;
  EXPECT_TRUE(absl::LoadTimeZone(zone, &tz));
  return ShopCalendar(tz);
}

Day DayNamed(const std::string& text) { return Calendar("UTC").DayOf(At(text + "T00:00:00")); }

std::string Text(DayRange days) {
  const auto text = [](Day day) {
    return day == kFirstDay ? "ever" : absl::FormatCivilTime(ShopCalendar::ToCivil(day));
  };
  return absl::StrCat("[", text(days.begin), ", ", text(days.end), ")");
}

TEST(ShopCalendarTest, ADayIsTheShops) {
  const ShopCalendar moscow = Calendar("Europe/Moscow");
  EXPECT_EQ(moscow.DayOf(At("2025-03-01T20:59:59.999999")), DayNamed("2025-03-01"));
  EXPECT_EQ(moscow.DayOf(At("2025-03-01T21:00:00")), DayNamed("2025-03-02"));
}

TEST(ShopCalendarTest, DaysAreShorterAndLongerWhereClocksChange) {
  const ShopCalendar berlin = Calendar("Europe/Berlin");
  const auto length = [&](const std::string& day) {
    return berlin.StartOf(DayNamed(day) + 1) - berlin.StartOf(DayNamed(day));
  };
  EXPECT_EQ(length("2025-03-29"), absl::Hours(24));
  EXPECT_EQ(length("2025-03-30"), absl::Hours(23));
  EXPECT_EQ(length("2025-10-26"), absl::Hours(25));
}

TEST(ShopCalendarTest, ADayWithoutMidnightBeginsWhenTheClockJumps) {
  const ShopCalendar sao_paulo = Calendar("America/Sao_Paulo");
  const Day day = DayNamed("2018-11-04");
  EXPECT_EQ(sao_paulo.StartOf(day), At("2018-11-04T01:00:00", "America/Sao_Paulo"));
  EXPECT_EQ(sao_paulo.DayOf(sao_paulo.StartOf(day)), day);
  EXPECT_EQ(sao_paulo.DayOf(sao_paulo.StartOf(day) - absl::Microseconds(1)), day - 1);
}

TEST(ShopCalendarTest, EveryInstantLiesInTheDayThatBeganLast) {
  for (const char* zone : {"Europe/Berlin", "Europe/Moscow", "America/Sao_Paulo", "Pacific/Apia", "America/St_Johns"}) {
    const ShopCalendar calendar = Calendar(zone);
    for (absl::Time t = At("2006-10-28T00:00:00"); t < At("2012-01-03T00:00:00"); t += absl::Minutes(487)) {
      const Day day = calendar.DayOf(t);
      ASSERT_LE(calendar.StartOf(day), t) << zone << " " << t;
      ASSERT_GT(calendar.StartOf(day + 1), t) << zone << " " << t;
    }
  }
}

TEST(ShopCalendarTest, WindowsAreWhatTheContractSays) {
  struct Case {
    const char* window;
    const char* today;
    const char* days;
  };
  const Case cases[] = {
      {"days: 7", "2025-03-10", "[2025-03-03, 2025-03-11)"},
      {"days: 7 offset: 1", "2025-03-10", "[2025-02-24, 2025-03-03)"},
      {"days: 1", "2024-03-01", "[2024-02-29, 2024-03-02)"},
      {"months: 1", "2025-03-10", "[2025-02-10, 2025-03-11)"},
      {"months: 1 offset: 1", "2025-03-10", "[2025-01-10, 2025-02-10)"},
      {"months: 1", "2025-03-31", "[2025-02-28, 2025-04-01)"},
      {"months: 1 offset: 1", "2025-03-31", "[2025-01-31, 2025-02-28)"},
      {"months: 1", "2024-03-31", "[2024-02-29, 2024-04-01)"},
      {"months: 6", "2025-03-10", "[2024-09-10, 2025-03-11)"},
      {"months: 3 offset: 2", "2025-03-10", "[2024-06-10, 2024-09-10)"},
      {"calendar_months: 1", "2025-03-10", "[2025-02-01, 2025-03-01)"},
      {"calendar_months: 1", "2025-03-01", "[2025-02-01, 2025-03-01)"},
      {"calendar_months: 1 offset: 1", "2025-03-10", "[2025-01-01, 2025-02-01)"},
      {"calendar_months: 3", "2025-03-10", "[2024-12-01, 2025-03-01)"},
      {"calendar_months: 3 offset: 1", "2025-03-10", "[2024-09-01, 2024-12-01)"},
      {"lifetime: true", "2025-03-10", "[ever, 2025-03-11)"},
  };
  for (const Case& c : cases) {
    v1::Window window;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(c.window, &window));
    EXPECT_EQ(Text(ShopCalendar::DaysOf(CompileWindow(window), DayNamed(c.today))), c.days)
        << c.window << " " << c.today;
  }
}

// LeavesOn and EntersOn are the inverse of DaysOf: checked day by day.
TEST(ShopCalendarTest, TheDayAWindowMovesPastIsTheFirstOne) {
  for (const char* text : {"days: 7", "days: 3 offset: 2", "months: 1", "months: 2 offset: 1", "months: 1 offset: 5",
                           "calendar_months: 1", "calendar_months: 1 offset: 1", "calendar_months: 3 offset: 2"}) {
    v1::Window message;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
    const CompiledWindow window = CompileWindow(message);
    for (Day day = DayNamed("2024-01-01"); day < DayNamed("2025-03-05"); ++day) {
      const Day leaves = ShopCalendar::LeavesOn(window, day);
      ASSERT_GT(ShopCalendar::DaysOf(window, leaves).begin, day) << text;
      ASSERT_LE(ShopCalendar::DaysOf(window, leaves - 1).begin, day) << text;
      const Day enters = ShopCalendar::EntersOn(window, day);
      ASSERT_GT(ShopCalendar::DaysOf(window, enters).end, day) << text;
      ASSERT_LE(ShopCalendar::DaysOf(window, enters - 1).end, day) << text;
    }
  }
}

TEST(ShopCalendarTest, MostDaysBackAreThoseOfTheLongestMonths) {
  const auto days = [](const char* text) {
    v1::Window window;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &window));
    return ShopCalendar::MostDaysBack(CompileWindow(window));
  };
  EXPECT_EQ(days("days: 30 offset: 1"), 60);
  EXPECT_EQ(days("months: 1"), 31);
  EXPECT_EQ(days("months: 6"), 184);
  EXPECT_EQ(days("months: 36"), 1096);
  EXPECT_EQ(days("calendar_months: 1"), 61) << "on the last of January: all of December";
  EXPECT_EQ(days("lifetime: true"), kLastDay);
}

TEST(ShopCalendarTest, DaysAreThoseOfTheGregorianCalendar) {
  const absl::CivilDay epoch(1970, 1, 1);
  for (Day day = -800'000; day < 3'000'000; day += 89) {
    const absl::CivilDay civil = epoch + day;
    ASSERT_EQ(ShopCalendar::ToCivil(day), civil);
    for (const int months : {-25, -1, 0, 1, 2, 12, 100}) {
      const absl::CivilMonth month = absl::CivilMonth(civil) - months;
      const absl::CivilDay same = std::min(absl::CivilDay(month) + (civil.day() - 1), absl::CivilDay(month + 1) - 1);
      ASSERT_EQ(ShopCalendar::MonthsBefore(day, months), same - epoch) << civil << " " << months;
    }
  }
}

TEST(ShopCalendarTest, MonthsAfterKeepsTheWallClock) {
  const ShopCalendar berlin = Calendar("Europe/Berlin");
  EXPECT_EQ(berlin.MonthsAfter(At("2025-03-15T12:00:00.5", "Europe/Berlin"), 1),
            At("2025-04-15T12:00:00.5", "Europe/Berlin"));
  EXPECT_EQ(berlin.MonthsAfter(At("2024-03-31T12:00:00", "Europe/Berlin"), -1),
            At("2024-02-29T12:00:00", "Europe/Berlin"));
}

}  // namespace
}  // namespace ebb::feature_store
