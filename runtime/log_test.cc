#include "runtime/log.h"

#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

const absl::Time kTime = absl::FromUnixMicros(1'700'000'000'000'042);

TEST(LogTest, ALineIsOneJsonObject) {
  EXPECT_EQ(FormatLogLine(kTime, Level::kInfo, "server", "listening",
                          {{"address", "127.0.0.1:7500"}, {"tls", false}, {"streams", 12}, {"load", 0.5}}),
            R"({"time":"2023-11-14T22:13:20.000042Z","level":"info","component":"server","message":"listening",)"
            R"("address":"127.0.0.1:7500","tls":false,"streams":12,"load":0.5})");
}

TEST(LogTest, NumbersKeepTheirValueAndStayJson) {
  const std::string line = FormatLogLine(kTime, Level::kError, "c", "m",
                                         {{"most", std::numeric_limits<uint64_t>::max()},
                                          {"least", std::numeric_limits<int64_t>::min()},
                                          {"nan", std::numeric_limits<double>::quiet_NaN()}});
  EXPECT_THAT(line, ::testing::EndsWith(R"("most":18446744073709551615,"least":-9223372036854775808,"nan":"nan"})"));
}

TEST(LogTest, HostileTextCannotActOnATerminalOrBreakTheLine) {
  const struct {
    const char* text;
    const char* json;
  } cases[] = {
      {"plain", R"("plain")"},
      {"Тип сервиса", R"("Тип сервиса")"},
      {"a\"b\\c", R"("a\"b\\c")"},
      {"two\nlines\r\t", R"("two\nlines\u000d\u0009")"},
      {"\x1b[31mred", R"("\u001b[31mred")"},
      {"del\x7f", R"("del\u007f")"},
      {"\xc2\x9b"
       "31m",
       R"("\u009b31m")"},  // C1: a terminal's other escape
      {"\xe2\x80\xae"
       "txt.exe",
       R"("\u202etxt.exe")"},           // right-to-left override
      {"\xe2\x80\xa8", R"("\u2028")"},  // ends a line in JavaScript
      {"\xff\xfe", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"cut \xd0", "\"cut \xEF\xBF\xBD\""},
      {"\xc0\xaf", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                  // overlong
      {"\xed\xa0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},  // surrogate
      {"\xf0\x9f\x9b\x92", "\"\xf0\x9f\x9b\x92\""},
  };
  for (const auto& [text, json] : cases) {
    std::string out;
    AppendJsonString(text, &out);
    EXPECT_EQ(out, json);
  }
}

TEST(LogTest, WritesToStandardErrorFromItsLevelUp) {
  SetLogLevel(Level::kWarning);
  ::testing::internal::CaptureStderr();
  Log(Level::kInfo, "c", "quiet");
  Log(Level::kWarning, "c", "loud");
  const std::string written = ::testing::internal::GetCapturedStderr();
  SetLogLevel(Level::kInfo);
  EXPECT_THAT(written, ::testing::Not(::testing::HasSubstr("quiet")));
  EXPECT_THAT(written, ::testing::EndsWith("\"message\":\"loud\"}\n"));
}

TEST(LogTest, LevelsHaveNames) {
  EXPECT_EQ(*ParseLevel("debug"), Level::kDebug);
  EXPECT_EQ(*ParseLevel("error"), Level::kError);
  EXPECT_EQ(ParseLevel("INFO").status().message(), "\"INFO\": must be debug, info, warning or error");
}

}  // namespace
}  // namespace ebb
