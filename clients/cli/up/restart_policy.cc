#include "clients/cli/up/restart_policy.h"

#include <algorithm>

namespace ebb {
namespace {

constexpr absl::Duration kFirstWait = absl::Milliseconds(200);
constexpr absl::Duration kLongestWait = absl::Seconds(5);
constexpr absl::Duration kHealthyRun = absl::Minutes(1);
constexpr int kUsageExitStatus = 2;

}  // namespace

RestartDecision RestartPolicy::OnEnd(const ProcessEnd& end, bool served, absl::Duration ran_for) {
  if (served) {
    failed_starts_ = 0;
    if (ran_for >= kHealthyRun) next_wait_ = kFirstWait;
  } else {
    ++failed_starts_;
    const bool hopeless = end.signal == 0 && (end.exit_status == kUsageExitStatus || end.exit_status == 127);
    if (hopeless || failed_starts_ >= kFailedStarts) return {.give_up = true, .wait = absl::ZeroDuration()};
  }
  const absl::Duration wait = next_wait_;
  next_wait_ = std::min(next_wait_ * 2, kLongestWait);
  return {.give_up = false, .wait = wait};
}

}  // namespace ebb
