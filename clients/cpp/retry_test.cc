#include "clients/cpp/retry.h"

#include "gtest/gtest.h"
#include "runtime/rpc/error_details.h"

namespace ebb {
namespace {

TEST(RetryTest, ARefusalIsFinalAndAFailureIsNot) {
  for (const absl::Status& status :
       {absl::InvalidArgumentError("x"), absl::NotFoundError("x"), absl::PermissionDeniedError("x"),
        absl::UnauthenticatedError("x"), absl::FailedPreconditionError("x"), absl::OutOfRangeError("x"),
        absl::UnimplementedError("x"), absl::DataLossError("x")}) {
    EXPECT_FALSE(IsTransient(status)) << status;
  }
  for (const absl::Status& status :
       {absl::OkStatus(), absl::UnavailableError("x"), absl::ResourceExhaustedError("x"), absl::InternalError("x"),
        absl::UnknownError("x"), absl::AbortedError("x"), absl::DeadlineExceededError("x")}) {
    EXPECT_TRUE(IsTransient(status)) << status;
  }
}

TEST(RetryTest, TheServicesOwnWishCountsUpToAMinute) {
  const absl::Status full = absl::ResourceExhaustedError("full");
  EXPECT_EQ(WaitBeforeRetry(full, absl::Seconds(2)), absl::Seconds(2));
  EXPECT_EQ(WaitBeforeRetry(WithRetryDelay(full, absl::Seconds(30)), absl::Seconds(2)), absl::Seconds(30));
  EXPECT_EQ(WaitBeforeRetry(WithRetryDelay(full, absl::Seconds(1)), absl::Seconds(2)), absl::Seconds(2));
  EXPECT_EQ(WaitBeforeRetry(WithRetryDelay(full, absl::Hours(9)), absl::Seconds(2)), absl::Minutes(1));
}

}  // namespace
}  // namespace ebb
