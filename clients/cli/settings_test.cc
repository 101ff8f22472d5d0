#include "clients/cli/settings.h"

#include <filesystem>
#include <fstream>

#include "clients/cli/exit_code.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

// A settings file of its own for each test.
class SettingsTest : public ::testing::Test {
 protected:
  SettingsTest()
      : path_(::testing::TempDir() + "ebb_settings_" + ::testing::UnitTest::GetInstance()->current_test_info()->name() +
              ".toml") {}
  ~SettingsTest() override { std::filesystem::remove(path_); }

  ContextOptions Resolve(const std::string& file, const Environment& environment, GlobalFlags flags,
                         Terminal terminal = {}) {
    const auto options = TryResolve(file, environment, std::move(flags), terminal);
    EXPECT_TRUE(options.ok()) << options.status();
    return options.value_or(ContextOptions());
  }
  absl::StatusOr<ContextOptions> TryResolve(const std::string& file, const Environment& environment, GlobalFlags flags,
                                            Terminal terminal = {}) {
    std::ofstream(path_) << file;
    flags.config = path_;
    return ResolveSettings(flags, environment, terminal);
  }
  std::string Error(const std::string& file, const Environment& environment, GlobalFlags flags) {
    const auto options = TryResolve(file, environment, std::move(flags));
    EXPECT_TRUE(IsUsageError(options.status())) << options.status();
    return std::string(options.status().message());
  }

  const std::string path_;
};

GlobalFlags PortBase(const std::string& text) {
  GlobalFlags flags;
  flags.port_base = text;
  return flags;
}

TEST_F(SettingsTest, FlagBeatsEnvironmentBeatsFileBeatsDefault) {
  const std::string file = "port-base = 1111\n";
  const Environment environment = {{"EBB_PORT_BASE", "2222"}};
  EXPECT_EQ(Resolve("", {}, {}).endpoints.feature_store, "127.0.0.1:7500");
  EXPECT_EQ(Resolve(file, {}, {}).endpoints.feature_store, "127.0.0.1:1111");
  EXPECT_EQ(Resolve(file, environment, {}).endpoints.feature_store, "127.0.0.1:2222");
  EXPECT_EQ(Resolve(file, environment, PortBase("3333")).endpoints.feature_store, "127.0.0.1:3333");
}

TEST_F(SettingsTest, ASingleAddressBeatsAPortBaseFromTheSameOrAWeakerPlaceOnly) {
  GlobalFlags flags = PortBase("3000");
  flags.scorer = "scores.shop:9000";
  EXPECT_EQ(Resolve("", {}, flags).endpoints.scorer, "scores.shop:9000");
  EXPECT_EQ(Resolve("", {}, flags).endpoints.trainer, "127.0.0.1:3001");
  EXPECT_EQ(Resolve("port-base = 4000", {{"EBB_SCORER", "s:1"}}, {}).endpoints.scorer, "s:1");
  EXPECT_EQ(Resolve("", {{"EBB_SCORER", "s:1"}}, PortBase("3000")).endpoints.scorer, "127.0.0.1:3002");
}

TEST_F(SettingsTest, WhatIsWrongIsNamedByWhereItCameFrom) {
  EXPECT_THAT(Error("port-base = 80", {}, {}),
              ::testing::AllOf(::testing::HasSubstr(path_ + ", line 1: `80`"), ::testing::HasSubstr("1024 to 65528")));
  EXPECT_THAT(Error("", {{"EBB_PORT_BASE", "many"}}, {}),
              ::testing::StartsWith("EBB_PORT_BASE: `many` must be a whole number"));
  EXPECT_THAT(Error("\nportbase = 1", {}, {}),
              ::testing::HasSubstr("line 2: unknown setting `portbase`; did you mean port-base?"));
  GlobalFlags flags;
  flags.output = "jsn";
  EXPECT_EQ(Error("", {}, flags), "--output: `jsn` is not one of table, json, csv; did you mean json?");
  flags = {};
  flags.timeout = "0s";
  EXPECT_EQ(Error("", {}, flags), "--timeout: `0s` must be above 0");
  flags = {};
  flags.scorer = "nowhere";
  EXPECT_THAT(Error("", {}, flags), ::testing::StartsWith("--scorer: `nowhere` "));
}

TEST_F(SettingsTest, TlsFilesComeFromEverywhereAndGoTogether) {
  GlobalFlags key;
  key.tls_key = "own.key";
  const TlsFiles tls = Resolve("tls-ca = \"ca.pem\"", {{"EBB_TLS_CERT", "own.pem"}}, key).tls;
  EXPECT_EQ(tls.ca, "ca.pem");
  EXPECT_EQ(tls.cert, "own.pem");
  EXPECT_EQ(tls.key, "own.key");
  EXPECT_TRUE(Resolve("", {}, {}).tls.empty());
  EXPECT_THAT(Error("", {}, key), ::testing::StartsWith("--tls-key: `own.key` needs its other half"));
  EXPECT_THAT(Error("", {{"EBB_TLS_CERT", "own.pem"}}, key),
              ::testing::StartsWith("EBB_TLS_CERT: `own.pem` needs --tls-ca"));
}

TEST_F(SettingsTest, ColoursOnlyOnATerminalUnlessTheUserSaysOtherwise) {
  const Terminal terminal{.out = true, .err = true, .width = 80};
  GlobalFlags always, never;
  always.color = "always";
  never.color = "never";
  EXPECT_TRUE(Resolve("", {}, {}, terminal).color);
  EXPECT_FALSE(Resolve("", {}, {}).color);
  EXPECT_FALSE(Resolve("", {{"NO_COLOR", "1"}}, {}, terminal).color);
  EXPECT_FALSE(Resolve("", {{"TERM", "dumb"}}, {}, terminal).color);
  EXPECT_TRUE(Resolve("", {{"CLICOLOR_FORCE", "1"}}, {}).color);
  EXPECT_TRUE(Resolve("", {{"NO_COLOR", "1"}}, always).color);
  EXPECT_FALSE(Resolve("", {}, never, terminal).color);
}

TEST_F(SettingsTest, AMissingSettingsFileIsNotFound) {
  GlobalFlags flags;
  flags.config = path_ + ".missing";
  EXPECT_EQ(ResolveSettings(flags, {}, {}).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(SettingsTest, TheLocaleOfMessagesIsTheFirstThatPosixNames) {
  EXPECT_EQ(Resolve("", {}, {}).locale, "");
  EXPECT_EQ(Resolve("", {{"LANG", "en_US"}}, {}).locale, "en_US");
  EXPECT_EQ(Resolve("", {{"LANG", "en_US"}, {"LC_MESSAGES", "ru_RU"}}, {}).locale, "ru_RU");
  EXPECT_EQ(Resolve("", {{"LC_ALL", "C"}, {"LC_MESSAGES", "ru_RU"}}, {}).locale, "C");
  EXPECT_EQ(Resolve("", {{"LC_ALL", ""}, {"LC_MESSAGES", "ru_RU"}}, {}).locale, "ru_RU");
}

}  // namespace
}  // namespace ebb
