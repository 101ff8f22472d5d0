// Ctrl-C in commands that take long.
#pragma once

#include <memory>

#include "absl/time/time.h"

namespace ebb {

// While it lives, the first Ctrl-C (or SIGTERM) asks the command to end in good order; a second one ends the process at
// once. Construct it at the beginning of the command, before the first client: threads that exist already would be
// killed by the signal.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  bool requested() const;
  // True when it came within the time.
  bool WaitFor(absl::Duration timeout) const;

 private:
  struct Signal;
  const std::unique_ptr<Signal> signal_;
};

}  // namespace ebb
