#include "runtime/shutdown.h"

#include <csignal>
#include <cstdlib>

#include "gtest/gtest.h"
#include "tests/support/patience.h"

namespace ebb {
namespace {

using ebb::testing::kPatience;

TEST(ShutdownSignalTest, ASignalRequestsShutdown) {
  for (const int number : {SIGTERM, SIGINT}) {
    ShutdownSignal shutdown;
    EXPECT_FALSE(shutdown.Requested());
    EXPECT_FALSE(shutdown.WaitFor(absl::ZeroDuration()));
    kill(getpid(), number);
    EXPECT_TRUE(shutdown.WaitFor(kPatience)) << "signal " << number;
  }
}

TEST(ShutdownSignalTest, TheProcessMayAskItselfMoreThanOnce) {
  ShutdownSignal shutdown;
  shutdown.Request();
  shutdown.Request();
  shutdown.Wait();
  EXPECT_TRUE(shutdown.Requested());
}

TEST(ShutdownSignalTest, EndsWithoutHavingBeenAsked) { ShutdownSignal shutdown; }

TEST(ShutdownSignalDeathTest, TheSecondSignalEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        ShutdownSignal shutdown;
        kill(getpid(), SIGINT);
        shutdown.Wait();
        kill(getpid(), SIGINT);
        Notification never;
        never.WaitForNotificationWithTimeout(kPatience);
        std::exit(0);
      },
      ::testing::ExitedWithCode(128 + SIGINT), "second signal");
}

}  // namespace
}  // namespace ebb
