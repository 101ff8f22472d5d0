#include "feature_store/day_counter.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace ebb::feature_store {
namespace {

TEST(DayCounterTest, StepsGrowWithTheCount) {
  std::string steps;
  for (Day today = 0; today <= 130; today = NextStepOn(0, today)) absl::StrAppend(&steps, today, " ");
  EXPECT_EQ(steps,
            "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 18 20 22 24 26 28 30 32 36 40 44 48 52 56 60 64 72 80 88 96 104 "
            "112 120 128 ");
}

TEST(DayCounterTest, TheNextStepIsTheFirstDayWithAnother) {
  for (const Day from : {-20'000, 0, 19'000}) {
    for (Day today = from - 3; today < from + 3'000; ++today) {
      const Day next = NextStepOn(from, today);
      ASSERT_NE(StepOf(CountOn(from, next)), StepOf(CountOn(from, today))) << from << " " << today;
      ASSERT_EQ(StepOf(CountOn(from, next - 1)), StepOf(CountOn(from, today))) << from << " " << today;
      ASSERT_GT(next, today);
    }
  }
}

TEST(DayCounterTest, ACountIsNeverLateByMoreThanAnEighth) {
  for (int64_t count = 0; count < 5'000; ++count) ASSERT_LE((count - StepOf(count)) * 8, count) << count;
}

}  // namespace
}  // namespace ebb::feature_store
