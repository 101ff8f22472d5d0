// Which failures are worth another try, and when.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace ebb {

// Whether the same request may succeed later: the service was away or busy, or failed in a way of its own. Not so where
// it refused the request or the caller.
bool IsTransient(const absl::Status& status);

// `backoff`, or what the service asks for (google.rpc.RetryInfo) if that is longer; at most a minute, so that no answer
// can silence a client.
absl::Duration WaitBeforeRetry(const absl::Status& status, absl::Duration backoff);

}  // namespace ebb
