#include "runtime/lock_order.h"

#include "runtime/mutex.h"

namespace ebb {

void TrustLockOrder() {
#ifndef EBB_TSAN  // there the locks are not Abseil's
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif
}

}  // namespace ebb
