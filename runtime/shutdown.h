// How a process learns that it should end.
//
//   int main(int argc, char** argv) {
//     ShutdownSignal shutdown;   // first: threads started later inherit its signal mask
//     ...
//     shutdown.Wait();           // then destructors run, in reverse order of construction
//   }
#pragma once

#include <thread>

#include "absl/time/time.h"
#include "runtime/mutex.h"

namespace ebb {

// SIGTERM or SIGINT requests shutdown; a second one ends the process at once with status 128 + signal, for the operator
// whose patience is at its end. SIGPIPE is ignored. Construct one per process, before any other thread. Thread-safe.
class ShutdownSignal {
 public:
  ShutdownSignal();
  ~ShutdownSignal();
  ShutdownSignal(const ShutdownSignal&) = delete;
  ShutdownSignal& operator=(const ShutdownSignal&) = delete;

  void Wait() const { requested_.WaitForNotification(); }
  // True when shutdown was requested within the time.
  bool WaitFor(absl::Duration timeout) const { return requested_.WaitForNotificationWithTimeout(timeout); }
  bool Requested() const { return requested_.HasBeenNotified(); }
  // Asks from inside, for example after an I/O error that only a restart heals. May be called more than once.
  void Request();

 private:
  void Listen();

  Mutex mutex_;  // one Notify only
  Notification requested_;
  int signal_fd_ = -1;
  int stop_fd_ = -1;
  std::thread listener_;
};

}  // namespace ebb
