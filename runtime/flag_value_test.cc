#include "runtime/flag_value.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace ebb {
namespace {

// Parses, then prints what was read; errors are printed as their message.
template <typename T>
std::string Read(absl::string_view text) {
  T value{};
  const absl::Status status = ParseFlagValue(text, &value);
  return status.ok() ? FormatFlagValue(value) : std::string(status.message());
}

TEST(FlagValueTest, Durations) {
  const std::string error = "must be a duration such as 250ms, 30s, 6h, 1h30m or 7d";
  EXPECT_EQ(Read<absl::Duration>("30s"), "30s");
  EXPECT_EQ(Read<absl::Duration>("90m"), "1h30m");
  EXPECT_EQ(Read<absl::Duration>("7d"), "7d");
  EXPECT_EQ(Read<absl::Duration>("168h"), "7d");
  EXPECT_EQ(Read<absl::Duration>("0"), "0");
  EXPECT_EQ(Read<absl::Duration>("inf"), "inf");
  for (const char* wrong : {"", "30", "30 s", "d", "7days", "1.5d"})
    EXPECT_EQ(Read<absl::Duration>(wrong), error) << wrong;
}

TEST(FlagValueTest, Sizes) {
  const std::string error = "must be a size such as 256MiB, 4GiB or 500MB";
  EXPECT_EQ(Read<ByteSize>("256MiB"), "256MiB");
  EXPECT_EQ(Read<ByteSize>("1024KiB"), "1MiB");
  EXPECT_EQ(Read<ByteSize>("500MB"), "500MB");
  EXPECT_EQ(Read<ByteSize>("17"), "17B");
  EXPECT_EQ(Read<ByteSize>("0"), "0B");
  EXPECT_EQ(Read<ByteSize>("16777215TiB"), "16777215TiB");
  for (const char* wrong : {"", "MiB", "-1MiB", "1.5GiB", "1 GiB", "16777216TiB", "1Gib"}) {
    EXPECT_EQ(Read<ByteSize>(wrong), error) << wrong;
  }
}

TEST(FlagValueTest, Addresses) {
  const std::string error = "must be host:port such as 127.0.0.1:7500, [::1]:7500 or shop.example:7500";
  for (const char* good : {"127.0.0.1:7500", "[::1]:0", "shop.example:65535"}) EXPECT_EQ(Read<HostPort>(good), good);
  for (const char* wrong : {"", "host", ":7500", "host:", "host:65536", "host:-1", "::1:7500", "[host]:1", "a b:1"}) {
    EXPECT_EQ(Read<HostPort>(wrong), error) << wrong;
  }
}

TEST(FlagValueTest, NumbersAndChoices) {
  EXPECT_EQ(Read<int32_t>("-7"), "-7");
  EXPECT_EQ(Read<int32_t>("3000000000"), "must be a whole number from -2147483648 to 2147483647");
  EXPECT_EQ(Read<uint32_t>("-1"), "must be a whole number from 0 to 4294967295");
  EXPECT_EQ(Read<int64_t>("1e3"), "must be a whole number from -9223372036854775808 to 9223372036854775807");
  EXPECT_EQ(Read<double>("0.7"), "0.7");
  EXPECT_EQ(Read<double>("nan"), "must be a number such as 0.7");
  EXPECT_EQ(Read<bool>("true"), "true");
  EXPECT_EQ(Read<bool>("yes"), "must be true or false");
  EXPECT_EQ(Read<Level>("warning"), "warning");
  EXPECT_EQ(Read<Level>("loud"), "must be debug, info, warning or error");
  EXPECT_EQ(Read<std::string>(" as it is "), " as it is ");
}

TEST(FlagValueTest, Lists) {
  EXPECT_EQ(Read<std::vector<std::string>>("a, b,c"), "a,b,c");
  EXPECT_EQ(Read<std::vector<std::string>>(""), "");
  EXPECT_EQ(Read<std::vector<std::string>>("a,,b"), "must be a list separated by commas, without empty elements");
}

}  // namespace
}  // namespace ebb
