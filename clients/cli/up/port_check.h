// Whether a port of this machine is free.
#pragma once

#include "absl/status/status.h"

namespace ebb {

// FAILED_PRECONDITION: something listens there already on loopback, or the port may not be used; the message says what
// to do. A check beforehand, because a stranger on the port could answer health checks in the place of a service that
// then fails to start.
absl::Status CheckPortFree(int port);

}  // namespace ebb
