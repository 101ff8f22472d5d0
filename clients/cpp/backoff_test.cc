#include "clients/cpp/backoff.h"

#include "clients/cpp/endpoints.h"
#include "gmock/gmock.h"
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

TEST(EndpointsTest, TheThreeServicesStandSideBySide) {
  const auto endpoints = LoopbackEndpoints(7600);
  ASSERT_TRUE(endpoints.ok());
  EXPECT_EQ(endpoints->feature_store, "127.0.0.1:7600");
  EXPECT_EQ(endpoints->trainer, "127.0.0.1:7601");
  EXPECT_EQ(endpoints->scorer, "127.0.0.1:7602");
  EXPECT_THAT(std::string(LoopbackEndpoints(80).status().message()), testing::HasSubstr("1024 to 65528"));
}

}  // namespace
}  // namespace ebb
