#include "trainer/evaluation/latest_holdout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "trainer/evaluation/months_later.h"

namespace ebb::trainer {
namespace {

using ::testing::HasSubstr;

absl::Time Day(const std::string& text) {
  absl::CivilDay day;
  EXPECT_TRUE(absl::ParseCivilTime(text, &day)) << text;
  return absl::FromCivil(day, absl::UTCTimeZone());
}

struct RowsAsOf {
  const char* day;
  int customers;
};

// So many customers of each date, the same ones from c0 on; of `declined_of` the first one declined.
Dataset RowsOf(const std::vector<RowsAsOf>& dates, int declined_of = 2) {
  DatasetBuilder builder(FeatureSchema({{.name = "visits", .group = "", .description = ""}}));
  for (const RowsAsOf& date : dates) {
    for (int i = 0; i < date.customers; ++i) {
      EXPECT_TRUE(builder
                      .AddRow(absl::StrCat("c", i), absl::ToUnixMicros(Day(date.day)), {FeatureValue::Number(i)},
                              i % declined_of == 0)
                      .ok());
    }
  }
  return *std::move(builder).Build(1);
}

// "2026-01-01 10, 2026-02-01 20": so many rows of each date.
std::string Dates(const Dataset& dataset, const std::vector<uint32_t>& rows) {
  std::map<int64_t, int> count;
  for (const uint32_t row : rows) ++count[dataset.as_of_micros()[row]];
  std::string text;
  for (const auto& [micros, of_date] : count) {
    absl::StrAppend(&text, text.empty() ? "" : ", ",
                    absl::FormatTime("%Y-%m-%d", absl::FromUnixMicros(micros), absl::UTCTimeZone()), " ", of_date);
  }
  return text;
}

std::vector<RowsAsOf> Year() {
  return {{"2025-01-01", 20}, {"2025-02-01", 20}, {"2025-03-01", 20}, {"2025-04-01", 20},
          {"2025-05-01", 20}, {"2025-06-01", 20}, {"2025-07-01", 20}, {"2025-08-01", 20},
          {"2025-09-01", 20}, {"2025-10-01", 20}, {"2025-11-01", 20}, {"2025-12-01", 20}};
}

TEST(MonthsLater, KeepsTheTimeOfDayAndEndsWithTheMonth) {
  const struct {
    const char* from;
    int months;
    const char* want;
  } kCases[] = {{"2025-01-01", 3, "2025-04-01"},
                {"2025-11-30", 3, "2026-02-28"},
                {"2023-12-31", 2, "2024-02-29"},
                {"2025-05-31", 1, "2025-06-30"},
                {"2025-10-15", 15, "2027-01-15"}};
  const absl::Duration late = absl::Hours(23) + absl::Microseconds(7);
  for (const auto& c : kCases) EXPECT_EQ(MonthsLater(Day(c.from) + late, c.months), Day(c.want) + late) << c.from;
}

TEST(LatestHoldout, PurgesWhatReachesIntoItsTime) {
  const struct {
    const char* of;
    std::vector<RowsAsOf> dates;
    HoldoutRules rules;
    const char* training;
    const char* holdout;
    size_t purged;
  } cases[] = {
      {.of = "a quarter of a year, three months ahead",
       .dates = Year(),
       .rules = {},
       .training = "2025-01-01 20, 2025-02-01 20, 2025-03-01 20, 2025-04-01 20, 2025-05-01 20, 2025-06-01 20, "
                   "2025-07-01 20",
       .holdout = "2025-10-01 20, 2025-11-01 20, 2025-12-01 20",
       .purged = 40},
      {.of = "one month ahead nothing lies between",
       .dates = Year(),
       .rules = {.horizon_months = 1},
       .training = "2025-01-01 20, 2025-02-01 20, 2025-03-01 20, 2025-04-01 20, 2025-05-01 20, 2025-06-01 20, "
                   "2025-07-01 20, 2025-08-01 20, 2025-09-01 20",
       .holdout = "2025-10-01 20, 2025-11-01 20, 2025-12-01 20",
       .purged = 0},
      {.of = "a share that no date meets takes one date more",
       .dates = {{"2024-01-01", 60}, {"2025-01-01", 20}, {"2025-02-01", 10}, {"2025-03-01", 10}},
       .rules = {.share = 0.11, .horizon_months = 1},
       .training = "2024-01-01 60, 2025-01-01 20",
       .holdout = "2025-02-01 10, 2025-03-01 10",
       .purged = 0},
      {.of = "a horizon that ends a day after the first time held out",
       .dates = {{"2025-01-01", 40}, {"2025-01-02", 10}, {"2025-02-01", 30}},
       .rules = {.horizon_months = 1},
       .training = "2025-01-01 40",
       .holdout = "2025-02-01 30",
       .purged = 10},
      {.of = "the end of a short month",
       .dates = {{"2025-01-31", 40}, {"2025-02-28", 30}},
       .rules = {.horizon_months = 1},
       .training = "2025-01-31 40",
       .holdout = "2025-02-28 30",
       .purged = 0},
      {.of = "exactly half of the rows are left",
       .dates = {{"2025-01-01", 20}, {"2025-03-01", 10}, {"2025-04-01", 10}},
       .rules = {.horizon_months = 3},
       .training = "2025-01-01 20",
       .holdout = "2025-04-01 10",
       .purged = 10},
  };
  for (const auto& c : cases) {
    const Dataset dataset = RowsOf(c.dates);
    const absl::StatusOr<HoldoutSplit> split = LatestHoldout(dataset, c.rules);
    ASSERT_TRUE(split.ok()) << c.of << ": " << split.status();
    EXPECT_EQ(Dates(dataset, split->training), c.training) << c.of;
    EXPECT_EQ(Dates(dataset, split->holdout), c.holdout) << c.of;
    EXPECT_EQ(split->purged, c.purged) << c.of;
    EXPECT_EQ(split->by, HoldoutBy::kLatest);
    EXPECT_EQ(absl::FormatTime("%Y-%m-%d", absl::FromUnixMicros(split->from_micros), absl::UTCTimeZone()),
              std::string(c.holdout).substr(0, 10));
    EXPECT_TRUE(std::is_sorted(split->training.begin(), split->training.end())) << "in canonical order";
  }
}

TEST(LatestHoldout, SaysWhyItCannotBeAndCustomersAreHeldOutInstead) {
  const struct {
    std::vector<RowsAsOf> dates;
    HoldoutRules rules;
    int declined_of;
    const char* want;
  } cases[] = {
      {.dates = {{"2025-01-01", 40}},
       .rules = {},
       .declined_of = 2,
       .want = "the rows as of 2025-01-01 and later cannot be held out: 0 of 40 rows have labels that were known by "
               "then, fewer than half; ask for more as-of times, or hold out customers"},
      {.dates = {{"2025-01-01", 19}, {"2025-03-01", 11}, {"2025-04-01", 10}},
       .rules = {},
       .declined_of = 2,
       .want = "19 of 40 rows have labels"},
      {.dates = {{"2025-01-01", 40}, {"2025-06-01", 20}},
       .rules = {},
       .declined_of = 10,
       .want = "of the rows to learn from a class has 4 customers, fewer than the 5 folds"},
      {.dates = {{"2025-01-01", 60}, {"2025-06-01", 40}},
       .rules = {},
       .declined_of = 10,
       .want = "of the rows held out a class has 4 customers, fewer than the 5 folds"},
  };
  for (const auto& c : cases) {
    const Dataset dataset = RowsOf(c.dates, c.declined_of);
    HoldoutRules rules = c.rules;
    rules.by = HoldoutBy::kLatest;
    const absl::Status status = SplitOffHoldout(dataset, rules).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << c.want;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.want));
    rules.by = HoldoutBy::kLatestElseCustomers;
    const absl::StatusOr<HoldoutSplit> split = SplitOffHoldout(dataset, rules);
    ASSERT_TRUE(split.ok()) << split.status();
    EXPECT_EQ(split->by, HoldoutBy::kCustomers);
    EXPECT_EQ(split->purged, 0u);
    EXPECT_EQ(split->training.size() + split->holdout.size(), dataset.rows());
  }
}

TEST(SplitOffHoldout, DoesAsItIsTold) {
  const Dataset dataset = RowsOf(Year());
  EXPECT_EQ(SplitOffHoldout(dataset, {})->by, HoldoutBy::kLatest) << "where it can be";
  const HoldoutSplit customers = *SplitOffHoldout(dataset, {.by = HoldoutBy::kCustomers});
  EXPECT_EQ(customers.by, HoldoutBy::kCustomers);
  EXPECT_EQ(customers.holdout, StratifiedHoldout(dataset, 0.25)->holdout);
  for (const HoldoutBy by : {HoldoutBy::kLatest, HoldoutBy::kCustomers, HoldoutBy::kLatestElseCustomers}) {
    EXPECT_EQ(SplitOffHoldout(dataset, {.by = by, .share = 1}).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace ebb::trainer
