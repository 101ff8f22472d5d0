#include "feature_store/activity_index.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "feature_store/activity_watch.h"
#include "feature_store/event_time.h"
#include "feature_store/test_engine.h"

namespace ebb::feature_store {
namespace {

TEST(ActivityIndex, WeeksBeginOnMonday) {
  const Day monday = ShopCalendar::FromDate(2026, 3, 9);
  for (Day day = monday; day < monday + 7; ++day) EXPECT_EQ(MondayOf(day), monday) << day - monday;
  EXPECT_EQ(MondayOf(monday - 1), monday - 7);
  EXPECT_EQ(MondayOf(ShopCalendar::FromDate(1969, 12, 28)), ShopCalendar::FromDate(1969, 12, 22)) << "a Sunday";
}

TEST(ActivityIndex, IsAPercentageOfTheWeeksBefore) {
  const WeekActivity even{.base = 100, .active = 50, .orders = 25, .time_ms = 1'000'000};
  const auto after = [&](int before, const WeekActivity& last) {
    std::vector<WeekActivity> weeks(static_cast<size_t>(before), even);
    weeks.push_back(last);
    return IndexOfLast(weeks);
  };
  EXPECT_EQ(after(3, even), std::nullopt) << "too few weeks";
  EXPECT_EQ(after(4, even), 100);
  EXPECT_EQ(after(20, even), 100);
  EXPECT_EQ(after(4, {.base = 200, .active = 100, .orders = 50, .time_ms = 2'000'000}), 100) << "a larger base";
  EXPECT_EQ(after(4, {.base = 100, .active = 25, .orders = 25, .time_ms = 1'000'000}), 250.0 / 3);
  EXPECT_EQ(after(4, {.base = 100}), 0);
  EXPECT_EQ(after(4, {}), 0) << "nobody is left";

  std::vector<WeekActivity> no_time(5, {.base = 10, .active = 4, .orders = 2});
  no_time.back().active = 2;
  no_time.back().time_ms = 77;
  EXPECT_EQ(IndexOfLast(no_time), 75) << "time on site was not sent before";
  EXPECT_EQ(IndexOfLast(std::vector<WeekActivity>(5, {.base = 10})), std::nullopt) << "nothing to compare with";
  std::vector<WeekActivity> rise(10, even);
  rise[0].active = 100;  // nine weeks before the last: it counts no more
  EXPECT_EQ(IndexOfLast(rise), 100);
}

v1::Event TimeOf(const std::string& customer, const std::string& id, const std::string& time, int64_t ms) {
  v1::Event event = PageViewOf(customer, id, time);
  event.mutable_time_on_site()->set_visit_id("v");
  event.mutable_time_on_site()->set_duration_ms(ms);
  return event;
}

// `2026-02-23 base 2 active 1 orders 0 minutes 1.5 index 75`, a line a week.
std::string Told(TestEngine& store, int weeks) {
  v1::GetActivityIndexRequest request;
  request.set_weeks(weeks);
  const absl::StatusOr<v1::ActivityIndex> index = store->GetActivityIndex(request);
  if (!index.ok()) return index.status().ToString();
  std::vector<std::string> lines;
  for (const v1::ActivityWeek& week : index->weeks()) {
    lines.push_back(absl::StrCat(absl::FormatTime("%Y-%m-%d", ToTime(week.start()), store->Served().calendar().zone()),
                                 " base ", week.base(), " active ", week.active(), " orders ", week.orders(),
                                 " minutes ", week.minutes(),
                                 week.has_index() ? absl::StrCat(" index ", week.index()) : ""));
  }
  return absl::StrJoin(lines, "\n");
}

// The clock stands at Tuesday, 10 March 2026, 12:00 UTC: the last week that is over begins on 2 March.
TEST(ActivityIndex, TellsOfWeeksThatAreOver) {
  TestEngine store;
  EXPECT_EQ(Told(store, 3), "") << "there were no events";
  ASSERT_TRUE(
      store
          .Ingest({PageViewOf("anna", "a1", "2026-02-10T12:00:00Z"), PageViewOf("anna", "a2", "2026-02-24T12:00:00Z"),
                   PageViewOf("anna", "a3", "2026-02-24T13:00:00Z"),
                   TimeOf("anna", "a4", "2026-02-25T13:00:00Z", 90'000),
                   PurchaseOf("bert", "b1", "2026-03-04T12:00:00Z", 100),
                   PurchaseOf("bert", "b2", "2026-03-05T12:00:00Z", 100),
                   PageViewOf("bert", "b3", "2026-03-10T11:00:00Z"), PageViewOf("carl", "c1", "2026-03-10T11:00:00Z")})
          .ok());
  const std::string expected =
      "2026-02-16 base 1 active 0 orders 0 minutes 0\n"
      "2026-02-23 base 1 active 1 orders 0 minutes 1.5\n"
      "2026-03-02 base 2 active 1 orders 2 minutes 0";
  EXPECT_EQ(Told(store, 12), expected) << "the week of the first event is not whole";
  EXPECT_EQ(Told(store, 1), "2026-03-02 base 2 active 1 orders 2 minutes 0");
  ASSERT_TRUE(store.Maintain().ok());
  EXPECT_EQ(Told(store, 12), expected) << "from the sorted history";
  ASSERT_TRUE(store.Ingest({PageViewOf("anna", "a5", "2026-03-03T12:00:00Z")}).ok());
  EXPECT_EQ(Told(store, 1), "2026-03-02 base 2 active 2 orders 2 minutes 0") << "a late event";
  ASSERT_TRUE(store.Erase("bert").ok());
  EXPECT_EQ(Told(store, 1), "2026-03-02 base 1 active 1 orders 0 minutes 0");
}

TEST(ActivityIndex, ComparesWithWeeksThatAreNotAskedFor) {
  TestEngine store;
  std::vector<v1::Event> events;
  for (int week = 0; week < 6; ++week) {  // from 26 January on; half as many views mean nothing, half as many people do
    const absl::Time time =
        absl::FromCivil(absl::CivilHour(2026, 1, 26, 12), absl::UTCTimeZone()) + absl::Hours(24 * 7 * week);
    for (const char* who : {"anna", "bert"}) {
      if (week == 5 && who == std::string("bert")) continue;
      events.push_back(PageViewOf(who, absl::StrCat("e", week), absl::FormatTime(time)));
    }
  }
  events.push_back(PageViewOf("anna", "first", "2026-01-25T00:00:00Z"));
  ASSERT_TRUE(store.Ingest(events).ok());
  EXPECT_EQ(Told(store, 1), "2026-03-02 base 2 active 1 orders 0 minutes 0 index 50");
}

TEST(ActivityIndex, AnImportedSnapshotIsNoBehaviour) {
  TestEngine store;
  ASSERT_TRUE(store.Import("files", "2026-02-01T00:00:00Z", {RowOf("anna", "minutes_month_0", "5")}).ok());
  EXPECT_EQ(Told(store, 12), "");
  ASSERT_TRUE(store.Ingest({PageViewOf("bert", "b", "2026-03-02T00:00:00Z")}).ok());
  EXPECT_EQ(Told(store, 12).substr(0, 26), "2026-03-02 base 2 active 1") << "who was imported is in the base";
}

TEST(ActivityWatch, KeepsTheLastWeek) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest({PageViewOf("anna", "a1", "2026-02-23T00:00:00Z")}).ok());
  ActivityWatch watch(&*store);
  EXPECT_EQ(watch.Last().weeks_size(), 0);
  EXPECT_EQ(watch.RunOnce(), ActivityWatch::kInterval);
  ASSERT_EQ(watch.Last().weeks_size(), 1);
  EXPECT_EQ(ToTime(watch.Last().weeks(0).start()), absl::FromCivil(absl::CivilDay(2026, 3, 2), absl::UTCTimeZone()));
}

TEST(ActivityIndex, RefusesWhatCannotBe) {
  TestEngine store;
  EXPECT_EQ(Told(store, 261).substr(0, 50), "INVALID_ARGUMENT: weeks: is 261, must be 1 to 260,");
  EXPECT_EQ(Told(store, -1).substr(0, 22), "INVALID_ARGUMENT: week");
}

}  // namespace
}  // namespace ebb::feature_store
