#include "runtime/clock.h"

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

TEST(SystemClockTest, TellsTheTimeInWholeMicroseconds) {
  const absl::Time before = absl::Now() - absl::Microseconds(1);
  const absl::Time now = SystemClock().Now();
  EXPECT_GE(now, before);
  EXPECT_LE(now, absl::Now());
  EXPECT_EQ(absl::FromUnixMicros(absl::ToUnixMicros(now)), now);
}

TEST(SystemClockTest, ElapsesWithTheMachinesSteadyClock) {
  const SystemClock clock;
  const absl::Duration first = clock.Elapsed();
  EXPECT_GE(clock.Elapsed(), first);
}

TEST(ManualClockTest, SettingTheTimeLetsNoneElapse) {
  ManualClock clock(absl::FromUnixSeconds(100));
  const absl::Duration start = clock.Elapsed();
  clock.Set(absl::FromUnixSeconds(7));
  EXPECT_EQ(clock.Elapsed() - start, absl::ZeroDuration());
  clock.Advance(absl::Milliseconds(1500));
  EXPECT_EQ(clock.Elapsed() - start, absl::Milliseconds(1500));
}

TEST(ManualClockTest, MovesOnlyWhenTold) {
  ManualClock clock(absl::FromUnixSeconds(100));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(100));
  clock.Advance(absl::Milliseconds(1500));
  EXPECT_EQ(clock.Now(), absl::FromUnixMillis(101'500));
  clock.Set(absl::FromUnixSeconds(7));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(7));
  clock.Advance(absl::Nanoseconds(2700));
  EXPECT_EQ(clock.Now(), absl::FromUnixMicros(7'000'002)) << "whole microseconds only";
}

}  // namespace
}  // namespace ebb
