#include "runtime/shutdown.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>

#include "runtime/log.h"

namespace ebb {
namespace {

sigset_t ShutdownSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

ShutdownSignal::ShutdownSignal() {
  signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = ShutdownSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal_fd_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  stop_fd_ = eventfd(0, EFD_CLOEXEC);
  if (signal_fd_ < 0 || stop_fd_ < 0) {
    Log(Level::kError, "shutdown", "no file descriptor is left to listen for signals: raise the limit (ulimit -n)");
    std::abort();
  }
  listener_ = std::thread([this] { Listen(); });
}

ShutdownSignal::~ShutdownSignal() {
  const uint64_t one = 1;
  if (write(stop_fd_, &one, sizeof one) == sizeof one) listener_.join();
  close(signal_fd_);
  close(stop_fd_);
  const sigset_t signals = ShutdownSignals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

void ShutdownSignal::Request() {
  MutexLock lock(&mutex_);
  if (!requested_.HasBeenNotified()) requested_.Notify();
}

void ShutdownSignal::Listen() {
  pthread_setname_np(pthread_self(), "signals");
  bool signalled = false;
  pollfd fds[] = {{signal_fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}};
  while (true) {
    poll(fds, 2, -1);
    if (fds[1].revents != 0) return;
    signalfd_siginfo info;
    if (read(signal_fd_, &info, sizeof info) != sizeof info) continue;
    const int number = static_cast<int>(info.ssi_signo);
    if (signalled) {
      Log(Level::kWarning, "shutdown", "second signal: ending at once", {{"signal", number}});
      _exit(128 + number);
    }
    signalled = true;
    Log(Level::kInfo, "shutdown", "signal received: draining", {{"signal", number}});
    Request();
  }
}

}  // namespace ebb
