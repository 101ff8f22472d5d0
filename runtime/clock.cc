#include "runtime/clock.h"

#include <chrono>

#include "absl/time/clock.h"

namespace ebb {
namespace {

absl::Time ToMicroseconds(absl::Time time) { return absl::FromUnixMicros(absl::ToUnixMicros(time)); }

}  // namespace

absl::Time SystemClock::Now() const { return ToMicroseconds(absl::Now()); }

absl::Duration SystemClock::Elapsed() const {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

ManualClock::ManualClock(absl::Time now) : now_(ToMicroseconds(now)) {}

absl::Time ManualClock::Now() const {
  MutexLock lock(&mutex_);
  return now_;
}

absl::Duration ManualClock::Elapsed() const {
  MutexLock lock(&mutex_);
  return elapsed_;
}

void ManualClock::Set(absl::Time now) {
  MutexLock lock(&mutex_);
  now_ = ToMicroseconds(now);
}

void ManualClock::Advance(absl::Duration by) {
  MutexLock lock(&mutex_);
  now_ = ToMicroseconds(now_ + by);
  elapsed_ += by;
}

}  // namespace ebb
