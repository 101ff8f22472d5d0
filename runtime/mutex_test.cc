#include "runtime/mutex.h"

#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace ebb {
namespace {

// A value handed from one thread to another, as the rooms use these classes.
class Slot {
 public:
  void Put(int value) {
    MutexLock lock(&mutex_);
    while (full_) changed_.Wait(&mutex_);
    value_ = value;
    full_ = true;
    changed_.SignalAll();
  }
  int Take() {
    MutexLock lock(&mutex_);
    while (!full_) changed_.Wait(&mutex_);
    full_ = false;
    changed_.SignalAll();
    return value_;
  }
  bool full() {
    ReaderMutexLock lock(&mutex_);
    return full_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool full_ ABSL_GUARDED_BY(mutex_) = false;
  int value_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST(MutexTest, HandsValuesFromThreadToThread) {
  Slot slot;
  std::thread producer([&] {
    for (int i = 1; i <= 1000; ++i) slot.Put(i);
  });
  int sum = 0;
  for (int i = 1; i <= 1000; ++i) sum += slot.Take();
  producer.join();
  EXPECT_EQ(sum, 500'500);
  EXPECT_FALSE(slot.full());
}

TEST(CondVarTest, AWaitWithTimeoutEnds) {
  Mutex mutex;
  CondVar never;
  MutexLock lock(&mutex);
  EXPECT_TRUE(never.WaitWithTimeout(&mutex, absl::Milliseconds(1)));
  EXPECT_TRUE(never.WaitWithDeadline(&mutex, absl::InfinitePast()));
}

TEST(NotificationTest, IsSeenByAllWhoWait) {
  Notification done;
  EXPECT_FALSE(done.WaitForNotificationWithTimeout(absl::Milliseconds(1)));
  int written_before = 0;
  std::vector<std::thread> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back([&] {
      done.WaitForNotification();
      EXPECT_EQ(written_before, 7);
    });
  }
  written_before = 7;
  done.Notify();
  for (std::thread& thread : waiting) thread.join();
  EXPECT_TRUE(done.HasBeenNotified());
}

}  // namespace
}  // namespace ebb
