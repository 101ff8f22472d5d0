// Whether a service serves, by grpc.health.v1.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "clients/cpp/endpoints.h"

namespace ebb {

// OK: SERVING. UNAVAILABLE: not reached, or it says NOT_SERVING (starting or stopping).
absl::Status CheckHealth(const std::string& service, const std::string& address, absl::Duration timeout,
                         const TlsFiles& tls = {});

}  // namespace ebb
