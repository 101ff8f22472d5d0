#include "feature_store/recent_rate.h"

#include <gtest/gtest.h>

namespace ebb::feature_store {
namespace {

TEST(RecentRate, AveragesOverTheLastMinute) {
  RecentRate rate;
  for (int64_t second = 1'000; second < 1'060; ++second) {
    rate.Add(second, 20);
    rate.Add(second, 10);
  }
  EXPECT_EQ(rate.PerSecond(1'060), 30);
  EXPECT_EQ(rate.PerSecond(1'090), 15) << "half of the minute was silent";
  EXPECT_EQ(rate.PerSecond(1'120), 0);
}

TEST(RecentRate, LeavesOutTheSecondThatHasJustBegun) {
  RecentRate rate;
  rate.Add(100, 60);
  EXPECT_EQ(rate.PerSecond(100), 0);
  EXPECT_EQ(rate.PerSecond(101), 1);
}

TEST(RecentRate, KnowsAShorterTime) {
  RecentRate rate;
  rate.Add(100, 50);
  rate.Add(101, 70);
  EXPECT_EQ(rate.PerSecond(102, 2), 60) << "since the start";
  EXPECT_EQ(rate.PerSecond(102, 0), 0) << "nothing has passed";
  EXPECT_EQ(rate.PerSecond(102, 1'000), 2) << "a minute at most";
}

TEST(RecentRate, ASlotUsedAgainForgetsItsLastSecond) {
  RecentRate rate;
  rate.Add(5, 1'000);
  rate.Add(5 + 64, 60);
  EXPECT_EQ(rate.PerSecond(70), 1);
}

}  // namespace
}  // namespace ebb::feature_store
