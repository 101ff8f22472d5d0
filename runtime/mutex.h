// The only way to locks: nobody includes absl/synchronization directly.
//
// Normally these are Abseil's classes. ThreadSanitizer cannot see into Debian's Abseil library, so correct programs
// would be reported; under EBB_TSAN the same names stand for std::shared_mutex and std::condition_variable_any, which
// it understands. The annotations (ABSL_GUARDED_BY and friends) are checked by clang in both forms. absl::Mutex::Await
// and absl::Condition are not offered.
#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

#ifndef EBB_TSAN

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

namespace ebb {
using absl::CondVar;
using absl::Mutex;
using absl::MutexLock;
using absl::Notification;
using absl::ReaderMutexLock;
}  // namespace ebb

#else

#include <chrono>
#include <condition_variable>
#include <shared_mutex>

#include "absl/time/clock.h"

namespace ebb {

class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }
  bool TryLock() ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) { return mutex_.try_lock(); }
  void ReaderLock() ABSL_SHARED_LOCK_FUNCTION() { mutex_.lock_shared(); }
  void ReaderUnlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock_shared(); }
  void AssertHeld() const ABSL_ASSERT_EXCLUSIVE_LOCK() {}

 private:
  friend class CondVar;
  std::shared_mutex mutex_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) { mutex_->Lock(); }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_->Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex* const mutex_;
};

class ABSL_SCOPED_LOCKABLE ReaderMutexLock {
 public:
  explicit ReaderMutexLock(Mutex* mutex) ABSL_SHARED_LOCK_FUNCTION(mutex) : mutex_(mutex) { mutex_->ReaderLock(); }
  ~ReaderMutexLock() ABSL_UNLOCK_FUNCTION() { mutex_->ReaderUnlock(); }
  ReaderMutexLock(const ReaderMutexLock&) = delete;
  ReaderMutexLock& operator=(const ReaderMutexLock&) = delete;

 private:
  Mutex* const mutex_;
};

// Wakes without cause are possible: wait in a loop, as with Abseil's.
class CondVar {
 public:
  void Wait(Mutex* mutex) { changed_.wait(mutex->mutex_); }
  // True when the time has passed without a signal.
  bool WaitWithTimeout(Mutex* mutex, absl::Duration timeout) { return WaitWithDeadline(mutex, absl::Now() + timeout); }
  bool WaitWithDeadline(Mutex* mutex, absl::Time deadline) {
    return changed_.wait_until(mutex->mutex_, absl::ToChronoTime(deadline)) == std::cv_status::timeout;
  }
  void Signal() { changed_.notify_one(); }
  void SignalAll() { changed_.notify_all(); }

 private:
  std::condition_variable_any changed_;
};

class Notification {
 public:
  void Notify() {
    MutexLock lock(&mutex_);
    notified_ = true;
    changed_.SignalAll();
  }
  bool HasBeenNotified() const {
    MutexLock lock(&mutex_);
    return notified_;
  }
  void WaitForNotification() const {
    MutexLock lock(&mutex_);
    while (!notified_) changed_.Wait(&mutex_);
  }
  // True when notified in time.
  bool WaitForNotificationWithTimeout(absl::Duration timeout) const {
    return WaitForNotificationWithDeadline(absl::Now() + timeout);
  }
  bool WaitForNotificationWithDeadline(absl::Time deadline) const {
    MutexLock lock(&mutex_);
    while (!notified_) {
      if (changed_.WaitWithDeadline(&mutex_, deadline)) break;
    }
    return notified_;
  }

 private:
  mutable Mutex mutex_;
  mutable CondVar changed_;
  bool notified_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace ebb

#endif  // EBB_TSAN
