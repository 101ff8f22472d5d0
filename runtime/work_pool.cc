#include "runtime/work_pool.h"

#include <pthread.h>

#include <utility>

namespace ebb {

WorkPool::WorkPool(const Options& options) : options_(options) {
  for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { Loop(); });
}

WorkPool::~WorkPool() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.SignalAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

bool WorkPool::TryRun(std::function<void()> work) {
  MutexLock lock(&mutex_);
  if (waiting_.size() >= options_.most_waiting) return false;
  waiting_.push_back(std::move(work));
  changed_.Signal();
  return true;
}

void WorkPool::Run(std::function<void()> work) {
  MutexLock lock(&mutex_);
  waiting_.push_back(std::move(work));
  changed_.Signal();
}

void WorkPool::Loop() {
  pthread_setname_np(pthread_self(), options_.name.substr(0, 15).c_str());
  while (true) {
    std::function<void()> work;
    {
      MutexLock lock(&mutex_);
      while (waiting_.empty() && !stopping_) changed_.Wait(&mutex_);
      if (waiting_.empty()) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    work();
  }
}

}  // namespace ebb
