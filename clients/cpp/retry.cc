#include "clients/cpp/retry.h"

#include <algorithm>

#include "runtime/rpc/error_details.h"

namespace ebb {

bool IsTransient(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kDataLoss:
      return false;
    default:
      return true;
  }
}

absl::Duration WaitBeforeRetry(const absl::Status& status, absl::Duration backoff) {
  return std::max(backoff, std::min(RetryDelayOf(status).value_or(absl::ZeroDuration()), absl::Minutes(1)));
}

}  // namespace ebb
