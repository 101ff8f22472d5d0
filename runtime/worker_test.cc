#include "runtime/worker.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "gtest/gtest.h"
#include "tests/support/patience.h"

namespace ebb {
namespace {

using ebb::testing::kPatience;

TEST(WorkerTest, RunOnceRunsOneStepOnTheCallersThread) {
  int steps = 0;
  Worker worker("steps", [&] {
    ++steps;
    return absl::Seconds(5);
  });
  EXPECT_EQ(worker.RunOnce(), absl::Seconds(5));
  EXPECT_EQ(worker.RunOnce(), absl::Seconds(5));
  EXPECT_EQ(steps, 2);
}

TEST(WorkerTest, RunsAtStartThenWhenWoken) {
  std::atomic<int> steps = 0;
  Notification first, second;
  Worker worker("woken", [&] {
    const int step = ++steps;
    if (step == 1) first.Notify();
    if (step == 2) second.Notify();
    return absl::InfiniteDuration();
  });
  worker.Start();
  ASSERT_TRUE(first.WaitForNotificationWithTimeout(kPatience));
  worker.Wake();
  ASSERT_TRUE(second.WaitForNotificationWithTimeout(kPatience));
  worker.Stop();
  EXPECT_EQ(steps, 2);
}

TEST(WorkerTest, RunsAgainWhenTheTimeItAskedForHasPassed) {
  std::atomic<int> steps = 0;
  Notification third;
  Worker worker("timed", [&] {
    if (++steps == 3) third.Notify();
    return steps < 3 ? absl::Milliseconds(1) : absl::InfiniteDuration();
  });
  worker.Start();
  EXPECT_TRUE(third.WaitForNotificationWithTimeout(kPatience));
}

TEST(WorkerTest, AWakeDuringAStepIsKept) {
  std::atomic<int> steps = 0;
  Notification in_first_step, go_on, second;
  Worker worker("kept", [&] {
    if (++steps == 1) {
      in_first_step.Notify();
      go_on.WaitForNotification();
    } else {
      second.Notify();
    }
    return absl::InfiniteDuration();
  });
  worker.Start();
  ASSERT_TRUE(in_first_step.WaitForNotificationWithTimeout(kPatience));
  worker.Wake();
  go_on.Notify();
  EXPECT_TRUE(second.WaitForNotificationWithTimeout(kPatience));
}

TEST(WorkerTest, StopEndsALongStepThatLooksAtIt) {
  Notification running;
  Worker* self = nullptr;
  Worker worker("long", [&] {
    running.Notify();
    while (!self->stopping()) std::this_thread::yield();
    return absl::ZeroDuration();
  });
  self = &worker;
  worker.Start();
  ASSERT_TRUE(running.WaitForNotificationWithTimeout(kPatience));
  worker.Stop();
  worker.Stop();
}

TEST(WorkerTest, StartsAgainAfterStop) {
  std::atomic<int> steps = 0;
  CondVar changed;
  Mutex mutex;
  Worker worker("again", [&] {
    MutexLock lock(&mutex);
    ++steps;
    changed.SignalAll();
    return absl::InfiniteDuration();
  });
  for (int round = 1; round <= 2; ++round) {
    worker.Start();
    {
      MutexLock lock(&mutex);
      while (steps < round) ASSERT_FALSE(changed.WaitWithTimeout(&mutex, kPatience));
    }
    worker.Stop();
    EXPECT_EQ(steps, round);
  }
}

TEST(WorkerTest, SpareWorkIsNicerThanTheThreadThatStartsIt) {
  const int own = getpriority(PRIO_PROCESS, 0);  // of the calling thread, on Linux
  for (const auto& [cpu, expected] :
       {std::pair(Worker::Cpu::kFair, own), std::pair(Worker::Cpu::kSpare, std::max(own, 10))}) {
    std::atomic<int> niceness = -100;
    CondVar changed;
    Mutex mutex;
    Worker worker(
        "nice",
        [&] {
          MutexLock lock(&mutex);
          niceness = getpriority(PRIO_PROCESS, 0);
          changed.SignalAll();
          return absl::InfiniteDuration();
        },
        cpu);
    worker.Start();
    {
      MutexLock lock(&mutex);
      while (niceness == -100) ASSERT_FALSE(changed.WaitWithTimeout(&mutex, kPatience));
    }
    worker.Stop();
    EXPECT_EQ(niceness, expected);
  }
}

}  // namespace
}  // namespace ebb
