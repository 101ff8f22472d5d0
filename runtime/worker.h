// A background loop that tests can step.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "runtime/mutex.h"

namespace ebb {

// Runs a step function on a thread of its own: once at Start, then whenever the time it asked for has passed or Wake
// was called. Thread-safe, except that Start and Stop belong to the owner. The step must not call Stop or RunOnce.
class Worker {
 public:
  // Does a piece of work and returns how long to wait for the next one: zero for "at once", absl::InfiniteDuration()
  // for "when woken". A step that may be long should look at `stopping()` now and then.
  using Step = std::function<absl::Duration()>;

  // What a step may take of the processors: the thread's share, or, where others want it too, about a tenth of that.
  // For long work that nobody waits for and that takes locks only for moments: who holds one may be kept waiting.
  enum class Cpu { kFair, kSpare };

  // `name` shows in debuggers and top; the system keeps its first 15 bytes.
  Worker(std::string name, Step step, Cpu cpu = Cpu::kFair);
  ~Worker();  // stops
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void Start();
  // Returns when the step that is running, if any, has ended; no step runs afterwards. May be called twice and without
  // Start.
  void Stop();
  // The next step starts now. A wake during a step is kept: another step follows. Before Start it has no effect.
  void Wake();
  // Runs one step on the caller's thread, never at the same time as the loop's own.
  absl::Duration RunOnce();
  bool stopping() const;

 private:
  void Loop();

  const std::string name_;
  const Step step_;
  const Cpu cpu_;
  Mutex step_mutex_;  // held while a step runs; taken before mutex_
  mutable Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace ebb
