#include "runtime/lock_order.h"

#include "absl/synchronization/mutex.h"

namespace ebb {

void TrustLockOrder() { absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore); }

}  // namespace ebb
