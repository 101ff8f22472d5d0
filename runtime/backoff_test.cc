#include "runtime/backoff.h"

#include "gtest/gtest.h"

namespace ebb {
namespace {

TEST(BackoffTest, DoublesItsLimitUpToTheMostAndBeginsAnewAfterASuccess) {
  Backoff backoff(absl::Milliseconds(100), absl::Seconds(1), /*seed=*/7);
  for (const int limit_ms : {100, 200, 400, 800, 1000, 1000}) {
    const absl::Duration wait = backoff.Next();
    EXPECT_LE(wait, absl::Milliseconds(limit_ms));
    EXPECT_GE(wait, absl::Milliseconds(limit_ms) / 10);
  }
  backoff.Reset();
  EXPECT_LE(backoff.Next(), absl::Milliseconds(100));
}

TEST(BackoffTest, ClientsDoNotComeBackTogether) {
  EXPECT_NE(Backoff(absl::Seconds(1), absl::Seconds(1), 1).Next(),
            Backoff(absl::Seconds(1), absl::Seconds(1), 2).Next());
}

}  // namespace
}  // namespace ebb
