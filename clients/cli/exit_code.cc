#include "clients/cli/exit_code.h"

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"

namespace ebb {
namespace {

constexpr absl::string_view kUsagePayload = "ebb/usage";
constexpr absl::string_view kInterruptedPayload = "ebb/interrupted";

absl::Status Marked(absl::Status status, absl::string_view mark) {
  status.SetPayload(mark, absl::Cord());
  return status;
}

}  // namespace

absl::Status UsageError(std::string_view message) {
  return Marked(absl::InvalidArgumentError({message.data(), message.size()}), kUsagePayload);
}

bool IsUsageError(const absl::Status& status) { return status.GetPayload(kUsagePayload).has_value(); }

absl::Status InterruptedError() { return Marked(absl::CancelledError("interrupted"), kInterruptedPayload); }

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return ExitCode::kOk;
  if (IsUsageError(status)) return ExitCode::kUsage;
  if (status.GetPayload(kInterruptedPayload).has_value()) return ExitCode::kInterrupted;
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kDenied;
    case absl::StatusCode::kUnavailable:
      return ExitCode::kUnreachable;
    default:
      return ExitCode::kFailed;
  }
}

}  // namespace ebb
