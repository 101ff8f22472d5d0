// Whether and when a service that ended is started again.
#pragma once

#include "absl/time/time.h"
#include "clients/cli/up/child_process.h"

namespace ebb {

// What is decided after an end.
struct RestartDecision {
  bool give_up = false;
  // Before the next start.
  absl::Duration wait;
};

// Pure: times come in, decisions go out. A service that served is always started again, after 0.2 s at first and up to
// 5 s when it keeps dying within a minute. One that never came to serve is given up at once when its command line is
// wrong (exit status 2), else after the third attempt: a taken port and a locked folder do not go away by trying.
class RestartPolicy {
 public:
  static constexpr int kFailedStarts = 3;

  RestartDecision OnEnd(const ProcessEnd& end, bool served, absl::Duration ran_for);

 private:
  int failed_starts_ = 0;
  absl::Duration next_wait_ = absl::Milliseconds(200);
};

}  // namespace ebb
