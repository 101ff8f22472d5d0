#include "runtime/worker.h"

#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"

namespace ebb {

namespace {

// Linux keeps a niceness for each thread; one that cannot be set is no reason not to work.
void GiveWay() {
  constexpr int kSpareNiceness = 10;
  setpriority(PRIO_PROCESS, 0, std::max(getpriority(PRIO_PROCESS, 0), kSpareNiceness));  // 0: the calling thread
}

}  // namespace

Worker::Worker(std::string name, Step step, Cpu cpu) : name_(std::move(name)), step_(std::move(step)), cpu_(cpu) {}

Worker::~Worker() { Stop(); }

void Worker::Start() {
  if (thread_.joinable()) return;
  {
    MutexLock lock(&mutex_);
    stopping_ = false;
    woken_ = false;
  }
  thread_ = std::thread([this] { Loop(); });
}

void Worker::Stop() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.SignalAll();
  }
  if (thread_.joinable()) thread_.join();
}

void Worker::Wake() {
  MutexLock lock(&mutex_);
  woken_ = true;
  changed_.SignalAll();
}

absl::Duration Worker::RunOnce() {
  MutexLock lock(&step_mutex_);
  return step_();
}

bool Worker::stopping() const {
  MutexLock lock(&mutex_);
  return stopping_;
}

void Worker::Loop() {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  if (cpu_ == Cpu::kSpare) GiveWay();
  while (!stopping()) {
    const absl::Duration wait = RunOnce();
    // WaitWithDeadline adds to "now", which an infinite duration turns into an infinite deadline.
    const absl::Time next = absl::Now() + wait;
    MutexLock lock(&mutex_);
    while (!stopping_ && !woken_ && absl::Now() < next) changed_.WaitWithDeadline(&mutex_, next);
    woken_ = false;
  }
}

}  // namespace ebb
