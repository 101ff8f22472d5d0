#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "runtime/mutex.h"

namespace ebb {

// A few threads for work that is too long for the thread that asks for it, in the order in which it was asked for.
// Thread-safe.
class WorkPool {
 public:
  struct Options {
    std::string name;  // of its threads, as debuggers and top show it; the system keeps the first 15 bytes
    int threads = 4;
    size_t most_waiting = 64;
  };

  explicit WorkPool(const Options& options);
  ~WorkPool();  // does what is waiting, then ends
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  // False, and nothing will be done, where `most_waiting` are waiting already.
  bool TryRun(std::function<void()> work);
  // The next part of work that was taken before, which cannot be refused any more: whoever calls bounds how many wait.
  void Run(std::function<void()> work);

 private:
  void Loop();

  const Options options_;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<std::function<void()>> waiting_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace ebb
