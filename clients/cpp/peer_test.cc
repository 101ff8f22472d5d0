#include "clients/cpp/peer.h"

#include "gtest/gtest.h"
#include "runtime/rpc/error_details.h"
#include "runtime/rpc/status.h"

namespace ebb {
namespace {

TEST(PeerStatusTest, OnlyAMissingConnectionCannotBeReached) {
  using grpc::StatusCode;
  const struct {
    StatusCode code;
    const char* message;
    const char* want;
  } kCases[] = {
      {StatusCode::UNAVAILABLE,
       "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: Failed to connect to remote host: "
       "Connection refused",
       "UNAVAILABLE: cannot reach the scorer at shop:1: Connection refused"},
      {StatusCode::UNAVAILABLE, "DNS resolution failed for shop:1: unknown host",
       "UNAVAILABLE: cannot reach the scorer at shop:1: DNS resolution failed for shop:1: unknown host"},
      {StatusCode::UNAVAILABLE, "the scorer is stopping: subscribe again",
       "UNAVAILABLE: the scorer at shop:1: the scorer is stopping: subscribe again"},
      {StatusCode::UNAVAILABLE, "Socket closed", "UNAVAILABLE: the scorer at shop:1: Socket closed"},
      {StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded",
       "DEADLINE_EXCEEDED: the scorer at shop:1 did not answer in time"},
      {StatusCode::NOT_FOUND, "`models/7` does not exist", "NOT_FOUND: `models/7` does not exist"},
      {StatusCode::OK, "", "OK"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(PeerStatus(grpc::Status(c.code, c.message), "scorer", "shop:1").ToString(), c.want);
  }
}

TEST(PeerStatusTest, AServersDetailsAreKept) {
  const grpc::Status full = ToGrpcStatus(WithRetryDelay(absl::UnavailableError("the queue is full"), absl::Seconds(5)));
  EXPECT_EQ(RetryDelayOf(PeerStatus(full, "feature store", "shop:1")), absl::Seconds(5));
}

}  // namespace
}  // namespace ebb
