#include "clients/cpp/endpoints.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

TEST(EndpointsTest, TheThreeServicesStandSideBySide) {
  const auto endpoints = LoopbackEndpoints(7600);
  ASSERT_TRUE(endpoints.ok());
  EXPECT_EQ(endpoints->feature_store, "127.0.0.1:7600");
  EXPECT_EQ(endpoints->trainer, "127.0.0.1:7601");
  EXPECT_EQ(endpoints->scorer, "127.0.0.1:7602");
  EXPECT_THAT(std::string(LoopbackEndpoints(80).status().message()), ::testing::HasSubstr("1024 to 65528"));
}

}  // namespace
}  // namespace ebb
