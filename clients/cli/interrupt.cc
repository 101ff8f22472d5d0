#include "clients/cli/interrupt.h"

#include <csignal>

#include "runtime/log.h"
#include "runtime/shutdown.h"

namespace ebb {

struct Interrupt::Signal {
  ShutdownSignal shutdown;
};

Interrupt::Interrupt() : signal_(std::make_unique<Signal>()) {
  SetLogLevel(Level::kError);     // the signal's log lines are for services
  std::signal(SIGPIPE, SIG_DFL);  // `ebb subscribe | head` ends silently
}
Interrupt::~Interrupt() = default;
bool Interrupt::requested() const { return signal_->shutdown.Requested(); }
bool Interrupt::WaitFor(absl::Duration timeout) const { return signal_->shutdown.WaitFor(timeout); }

}  // namespace ebb
