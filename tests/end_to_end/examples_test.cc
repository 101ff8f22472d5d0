// Every example that README.md and `ebb help --examples` show is typed into a shell, as it stands there, by somebody
// who has a shop's files, a file of events and the three services running.

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "tests/end_to_end/shop.h"
#include "tests/support/patience.h"

namespace ebb::testing {
namespace {

namespace fs = std::filesystem;

std::string ReadText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// The lines of a markdown text's ```sh blocks that begin with `program`, without their comments.
std::vector<std::string> ShellLines(const std::string& markdown, absl::string_view program) {
  std::vector<std::string> lines;
  bool inside = false;
  for (const absl::string_view line : absl::StrSplit(markdown, '\n')) {
    if (absl::StartsWith(line, "```")) {
      inside = line == "```sh";
    } else if (inside && absl::StartsWith(line, program)) {
      lines.emplace_back(absl::StripTrailingAsciiWhitespace(line.substr(0, line.find(" # "))));
    }
  }
  return lines;
}

bool IsUp(absl::string_view line) { return absl::StartsWith(absl::StrCat(line, " "), "ebb up "); }

bool RunsUntilCtrlC(absl::string_view line) {
  return IsUp(line) || (absl::StartsWith(line, "ebb subscribe") && !absl::StrContains(line, "--until-caught-up"));
}

class Examples : public ::testing::Test {
 protected:
  Examples() : services_({{{}, SmallGridFlags(), {}}}), folder_(services_.folder() + "/user") {}

  // The four files and events.jsonl, in the folder where the examples are typed.
  void SetUp() override {
    services_.StartAll();
    fs::create_directory(folder_);
    CopyOrGenerateShop(services_, folder_, 300);
    const Outcome events =
        services_.Ebb({"generate", "--customers", "5", "--months", "1", "--events", folder_ + "/events.jsonl"});
    ASSERT_EQ(events.exit_status, 0) << events.err;
  }

  // A shell of a user whose home and data are in the folder.
  std::vector<std::string> Shell(const std::string& line, int port_base) const {
    return {"/usr/bin/env",
            "--chdir=" + folder_,
            "--unset=XDG_DATA_HOME",
            "--unset=XDG_CONFIG_HOME",
            "HOME=" + folder_,
            "PATH=" + BinDir() + ":/usr/bin:/bin",
            "EBB_PORT_BASE=" + std::to_string(port_base),
            "/bin/sh",
            "-c",
            line};
  }

  // Runs one to its end, or until it has printed something and Ctrl-C is pressed.
  Outcome Type(const std::string& line) const {
    if (!RunsUntilCtrlC(line)) return RunProgram(Shell(line, services_.port_base()));
    const std::string out = folder_ + "/.out", err = folder_ + "/.err";
    fs::remove(out);
    // `ebb up` brings services of its own.
    const int port_base = IsUp(line) ? FreePorts(3) : services_.port_base();
    Process process(Shell("exec " + line + " >" + out + " 2>" + err, port_base));
    const absl::Time limit = absl::Now() + kPatience;
    while (process.running() && absl::Now() < limit && !absl::StrContains(ReadText(out), '\n')) {
    }
    const int status = process.Kill(SIGINT);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), ReadText(out), ReadText(err)};
  }

  void ExpectToWork(const std::string& line) const {
    const Outcome outcome = Type(line);
    // A subscription that is interrupted is not complete, and says so by 130.
    const int expected = absl::StartsWith(line, "ebb subscribe") && RunsUntilCtrlC(line) ? 130 : 0;
    EXPECT_EQ(outcome.exit_status, expected) << "example: " << line << "\n" << outcome.out << outcome.err;
    if (RunsUntilCtrlC(line)) {
      EXPECT_NE(outcome.out, "") << "example: " << line << " printed nothing before Ctrl-C\n" << outcome.err;
    }
    // The next line is typed by somebody who has looked at this one's output: scores follow a training by then.
    if (absl::StartsWith(line, "ebb train --wait")) WaitForScores();
  }

  void WaitForScores() const {
    const absl::Time limit = absl::Now() + kPatience;
    while (AllScores(services_).empty()) ASSERT_LT(absl::Now(), limit) << "no scores after a training";
  }

  Services services_;
  const std::string folder_;
};

TEST_F(Examples, OfTheReadmeWork) {
  const std::vector<std::string> lines = ShellLines(ReadText(EBB_SOURCE_DIR "/README.md"), "ebb ");
  ASSERT_GE(lines.size(), 5u) << "README.md shows hardly any example: has its form changed?";
  for (const std::string& line : lines) ExpectToWork(line);
}

// Building and testing inside of a test would be too much; that ./dev knows them is not.
TEST_F(Examples, OfTheReadmeForDevAreCommandsThatItKnows) {
  const std::string help = RunProgram({EBB_SOURCE_DIR "/dev", "help"}).out;
  const std::vector<std::string> lines = ShellLines(ReadText(EBB_SOURCE_DIR "/README.md"), "./dev ");
  ASSERT_FALSE(lines.empty());
  for (const std::string& line : lines) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    EXPECT_NE(help.find("\n  " + words[1] + " "), std::string::npos) << "example: " << line;
  }
}

TEST_F(Examples, OfTheHelpWork) {
  // They are written for a shop that is imported and trained and has the customer they name.
  ImportShop(services_, folder_);
  Train(services_);
  // A back-fill, so that the customer was known a week ago, too, as one of the examples asks.
  const std::string month_ago = absl::FormatTime(absl::Now() - absl::Hours(30 * 24), absl::UTCTimeZone());
  const Outcome named =
      services_.Ebb({"push", "-", "--backfill"}, R"({"customer_id":"215348","event_id":"1","event_time":")" +
                                                     month_ago + R"(","page_view":{"visit_id":"v"}})");
  ASSERT_EQ(named.exit_status, 0) << named.err;
  const absl::Time limit = absl::Now() + kPatience;
  while (!AllScores(services_).contains("215348")) ASSERT_LT(absl::Now(), limit) << "the customer is not scored";

  const Outcome examples = services_.Ebb({"help", "--examples"});
  ASSERT_EQ(examples.exit_status, 0) << examples.err;
  const std::vector<std::string> lines = absl::StrSplit(examples.out, '\n', absl::SkipEmpty());
  ASSERT_GE(lines.size(), 20u);
  for (const std::string& line : lines) ExpectToWork(line);
}

}  // namespace
}  // namespace ebb::testing
