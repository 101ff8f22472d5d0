#include "runtime/config.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct Options {
  absl::Duration drain_time = absl::Seconds(10);
  ByteSize cache = MiB(64);
  std::string data_dir = "data";
  bool reflection = true;
  int workers = 2;
};

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() : path_(absl::StrCat(::testing::TempDir(), "/config_test_", getpid(), ".toml")) {}
  ~ConfigTest() override { std::filesystem::remove(path_); }

  // "ok", the text asked for, or the error.
  std::string Parse(const std::vector<std::string>& arguments, const Environment& environment = {}) {
    options_ = Options();
    Flags flags("ebb-x", "Tries flags.");
    flags.Add("drain-time", &options_.drain_time, "How long calls may take to end", AtLeast(absl::Seconds(1)));
    flags.Add("cache", &options_.cache, "Memory for the cache", Between(MiB(1), GiB(1)));
    flags.Add("data-dir", &options_.data_dir, "Where the data is", NotEmpty());
    flags.Add("reflection", &options_.reflection, "Answer reflection");
    flags.Add("workers", &options_.workers, "Threads");
    const absl::StatusOr<std::string> text = flags.ParseFrom(arguments, environment);
    if (!text.ok()) return std::string(text.status().message());
    return text->empty() ? "ok" : *text;
  }
  void WriteFile(const std::string& text) { std::ofstream(path_) << text; }

  const std::string path_;
  Options options_;
};

TEST_F(ConfigTest, DefaultsAreTheStructs) {
  EXPECT_EQ(Parse({}), "ok");
  EXPECT_EQ(options_.drain_time, absl::Seconds(10));
  EXPECT_TRUE(options_.reflection);
}

TEST_F(ConfigTest, FlagsAreWrittenAsPeopleWriteThem) {
  EXPECT_EQ(Parse({"--drain-time", "1m", "--cache=256MiB", "--no-reflection", "--workers", "-3"}), "ok");
  EXPECT_EQ(options_.drain_time, absl::Minutes(1));
  EXPECT_EQ(options_.cache, MiB(256));
  EXPECT_FALSE(options_.reflection);
  EXPECT_EQ(options_.workers, -3);
}

TEST_F(ConfigTest, FlagBeatsEnvironmentBeatsFileBeatsDefault) {
  WriteFile("workers = 3\n");
  EXPECT_EQ(Parse({"--config", path_}), "ok");
  EXPECT_EQ(options_.workers, 3);
  EXPECT_EQ(Parse({"--config", path_}, {{"EBB_WORKERS", "4"}}), "ok");
  EXPECT_EQ(options_.workers, 4);
  EXPECT_EQ(Parse({"--config", path_, "--workers", "5"}, {{"EBB_WORKERS", "4"}}), "ok");
  EXPECT_EQ(options_.workers, 5);
  EXPECT_EQ(Parse({}, {{"EBB_CONFIG", path_}}), "ok");
  EXPECT_EQ(options_.workers, 3);
}

TEST_F(ConfigTest, ASwitchIsSetFromEverySource) {
  WriteFile("reflection = false\n");
  EXPECT_EQ(Parse({"--config", path_}), "ok");
  EXPECT_FALSE(options_.reflection);
  EXPECT_EQ(Parse({"--config", path_, "--reflection"}), "ok");
  EXPECT_TRUE(options_.reflection);
  EXPECT_EQ(Parse({}, {{"EBB_REFLECTION", "false"}}), "ok");
  EXPECT_FALSE(options_.reflection);
}

TEST_F(ConfigTest, ErrorsNameSourceValueAndRule) {
  WriteFile("\n# a comment\ncache = 2GiB\n");
  EXPECT_EQ(Parse({"--drain-time", "500ms"}), "--drain-time is \"500ms\": must be at least 1s");
  EXPECT_EQ(Parse({"--drain-time", "soon"}),
            "--drain-time is \"soon\": must be a duration such as 250ms, 30s, 6h, 1h30m or 7d");
  EXPECT_EQ(Parse({}, {{"EBB_CACHE", "1KiB"}}),
            "environment variable EBB_CACHE is \"1KiB\": must be from 1MiB to 1GiB");
  EXPECT_EQ(Parse({"--config", path_}), path_ + ":3: cache is \"2GiB\": must be from 1MiB to 1GiB");
  EXPECT_EQ(Parse({"--data-dir="}), "--data-dir is \"\": must not be empty");
  EXPECT_EQ(Parse({"--config", "/nowhere/x.toml"}),
            "cannot read the configuration file /nowhere/x.toml: No such file or directory");
}

TEST_F(ConfigTest, AnUnknownKeyIsNamedWithItsLine) {
  WriteFile("workers = 3\n[tls]\ncert = \"a.pem\"\n");
  EXPECT_EQ(Parse({"--config", path_}), path_ + ":3: tls-cert is not a flag of ebb-x; see --help");
}

TEST_F(ConfigTest, UnknownFlagsAndLeftoversAreErrors) {
  EXPECT_THAT(Parse({"--wrokers", "3"}), AllOf(HasSubstr("--wrokers"), HasSubstr("see ebb-x --help")));
  EXPECT_THAT(Parse({"leftover"}), HasSubstr("leftover"));
  EXPECT_THAT(Parse({"--workers"}), HasSubstr("--workers"));
}

TEST_F(ConfigTest, ARequiredFlagIsARuleOnItsDefault) {
  std::string needed;
  Flags flags("ebb-x", "");
  flags.Add("needed", &needed, "Needed", NotEmpty());
  EXPECT_EQ(std::string(flags.ParseFrom({}, {}).status().message()),
            "--needed (by default) is \"\": must not be empty");
}

TEST_F(ConfigTest, HelpShowsDefaultsRulesAndOrder) {
  EXPECT_THAT(Parse({"--help"}),
              AllOf(HasSubstr("Tries flags."), HasSubstr("--drain-time"), HasSubstr("10s"), HasSubstr("64MiB"),
                    HasSubstr("must be at least 1s"), HasSubstr("EBB_SOME_FLAG")));
  EXPECT_THAT(Parse({"--version"}), ::testing::MatchesRegex("ebb-x [0-9.]+\n"));
}

TEST_F(ConfigTest, ParseGivesTheExitStatus) {
  const char* good[] = {"ebb-x"};
  const char* help[] = {"ebb-x", "--help"};
  const char* wrong[] = {"ebb-x", "--level", "7"};
  int level = 1;
  Flags flags("ebb-x", "");
  flags.Add("level", &level, "Level", Between(1, 3));
  EXPECT_EQ(flags.Parse(1, good), std::nullopt);
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(flags.Parse(2, help), 0);
  EXPECT_THAT(::testing::internal::GetCapturedStdout(), HasSubstr("--level"));
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(flags.Parse(3, wrong), Flags::kUsageExitStatus);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "ebb-x: --level is \"7\": must be from 1 to 3\n");
}

}  // namespace
}  // namespace ebb
