#include "runtime/rpc/status.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/rpc/error_details.h"

namespace ebb {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

google::rpc::ErrorInfo ErrorInfoOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_TRUE(payload.has_value() && info.ParseFromString(std::string(*payload))) << status;
  return info;
}

TEST(RpcStatusTest, EveryCodeCrossesBothWays) {
  for (int code = 0; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), code == 0 ? "" : "why");
    EXPECT_EQ(static_cast<int>(ToGrpcStatus(status).error_code()), code);
    EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(status)), status);
  }
}

TEST(RpcStatusTest, DetailsCrossBothWays) {
  absl::Status sent = absl::InvalidArgumentError("2 fields");
  sent = WithFieldViolation(sent, "lines[0].quantity", "is 0: must be at least 1");
  sent = WithFieldViolation(sent, "name", "is empty: name it");
  sent = WithErrorInfo(sent, "BAD_FIELDS");
  sent = WithRetryDelay(sent, absl::Milliseconds(1250));
  const absl::Status received = FromGrpcStatus(ToGrpcStatus(sent));
  EXPECT_EQ(received, sent);
  const auto request = BadRequestOf(received);
  ASSERT_TRUE(request.has_value());
  ASSERT_EQ(request->field_violations_size(), 2);
  EXPECT_EQ(request->field_violations(0).field(), "lines[0].quantity");
  EXPECT_EQ(request->field_violations(1).description(), "is empty: name it");
  EXPECT_EQ(ErrorInfoOf(received).reason(), "BAD_FIELDS");
  EXPECT_EQ(ErrorInfoOf(received).domain(), "ebb");
  EXPECT_EQ(RetryDelayOf(received), absl::Milliseconds(1250));
}

TEST(RpcStatusTest, WithoutDetailsThereAreNone) {
  const absl::Status plain = FromGrpcStatus(grpc::Status(grpc::StatusCode::NOT_FOUND, "gone"));
  EXPECT_EQ(BadRequestOf(plain), std::nullopt);
  EXPECT_EQ(RetryDelayOf(plain), std::nullopt);
  EXPECT_EQ(WithErrorInfo(absl::OkStatus(), "X"), absl::OkStatus());
}

TEST(RpcStatusTest, AWrongFieldIsNamedForPeopleAndForPrograms) {
  const absl::Status status = InvalidField("lines[0].quantity", "is 0, must be at least 1");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "`lines[0].quantity` is 0, must be at least 1");
  ASSERT_TRUE(BadRequestOf(status).has_value());
  EXPECT_EQ(BadRequestOf(status)->field_violations(0).field(), "lines[0].quantity");
  EXPECT_EQ(BadRequestOf(status)->field_violations(0).description(), "is 0, must be at least 1");
}

TEST(RpcStatusTest, AStrangersDetailsAreNoError) {
  const grpc::Status strange(grpc::StatusCode::INTERNAL, "why", "\xff\xff not a status");
  EXPECT_EQ(FromGrpcStatus(strange), absl::InternalError("why"));
}

TEST(RpcStatusTest, WhatIsTooLargeForAClientIsLeftOutAloud) {
  absl::Status status = absl::InvalidArgumentError("many");
  for (int i = 0; i < 100; ++i) status = WithFieldViolation(status, "field", std::string(100, 'x'));
  const grpc::Status sent = ToGrpcStatus(status);
  EXPECT_EQ(sent.error_details(), "");
  EXPECT_THAT(sent.error_message(), HasSubstr("bytes are left out: more than 4096"));
  EXPECT_LE(ToGrpcStatus(absl::InternalError(std::string(9999, 'x'))).error_message().size(), 1027);
}

TEST(RpcStatusTest, AMessageIsCutBetweenCharacters) {
  std::string text = "x";
  while (text.size() < 2000) text += "я";
  const std::string cut = ToGrpcStatus(absl::InternalError(text)).error_message();
  EXPECT_THAT(cut, EndsWith("я..."));
}

}  // namespace
}  // namespace ebb
