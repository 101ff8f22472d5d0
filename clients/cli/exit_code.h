// What the process tells its caller.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace ebb {

// Part of the interface of `ebb`; never renumbered.
enum class ExitCode {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kNotFound = 3,
  kDenied = 4,
  kUnreachable = 5,
  kInterrupted = 130,
};

// The command line is wrong: a value that cannot be, options that exclude each other. Ends with kUsage.
absl::Status UsageError(std::string_view message);
bool IsUsageError(const absl::Status& status);

// The user pressed Ctrl-C. Ends with kInterrupted and prints nothing.
absl::Status InterruptedError();

// NOT_FOUND, PERMISSION_DENIED and UNAUTHENTICATED, UNAVAILABLE and interrupted have codes of their own; any other
// error is kFailed.
ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace ebb
