#include "runtime/work_pool.h"

#include <atomic>

#include "gtest/gtest.h"

namespace ebb {
namespace {

TEST(WorkPool, RefusesWhatFindsNoPlaceAndDoesTheRest) {
  Notification began, go_on;
  std::atomic<int> done = 0;
  {
    WorkPool pool({.name = "test", .threads = 1, .most_waiting = 2});
    ASSERT_TRUE(pool.TryRun([&] {
      began.Notify();
      go_on.WaitForNotification();
      ++done;
    }));
    began.WaitForNotification();
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(pool.TryRun([&] { ++done; }));
    EXPECT_FALSE(pool.TryRun([&] { ADD_FAILURE() << "was refused"; }));
    pool.Run([&] { ++done; });
    EXPECT_FALSE(pool.TryRun([&] { ADD_FAILURE() << "was refused"; }));
    go_on.Notify();
  }
  EXPECT_EQ(done, 4) << "what waits at the end is done";
}

TEST(WorkPool, WorkMayAskForMore) {
  std::atomic<int> done = 0;
  Notification last;
  WorkPool pool({.name = "test", .threads = 2, .most_waiting = 8});
  std::function<void()> step = [&] {
    if (++done == 1'000) {
      last.Notify();
    } else {
      pool.Run(step);
    }
  };
  ASSERT_TRUE(pool.TryRun(step));
  last.WaitForNotification();
  EXPECT_EQ(done, 1'000);
}

TEST(WorkPool, ThreadsWorkSideBySide) {
  Notification first, second;
  WorkPool pool({.name = "test", .threads = 2, .most_waiting = 8});  // goes first: its threads look at both
  ASSERT_TRUE(pool.TryRun([&] {
    first.Notify();
    second.WaitForNotification();
  }));
  ASSERT_TRUE(pool.TryRun([&] {
    first.WaitForNotification();
    second.Notify();
  }));
  second.WaitForNotification();
}

}  // namespace
}  // namespace ebb
