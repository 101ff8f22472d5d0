#pragma once

namespace ebb {

// From now on no lock of this process looks for cycles in the order in which locks are taken. Debian builds Abseil for
// debugging, so every lock of ours and of gRPC's does, which costs a service some percent of its time. For programs that
// serve or measure; tests go on looking.
void TrustLockOrder();

}  // namespace ebb
