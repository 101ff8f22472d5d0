// The program as its users meet it: help, errors, exit statuses.
#include "clients/cli/run.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <ostream>
#include <sstream>

#include "clients/cli/commands.h"
#include "clients/cli/completion.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/nearest.h"
#include "clients/cli/parser.h"
#include "clients/cli/time_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Outcome {
  int status;
  std::string out;
  std::string err;
};

Outcome RunLine(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  const int status = RunEbb(arguments, {{"HOME", "/nonexistent"}}, {}, out, err);
  return {status, out.str(), err.str()};
}

struct WrongUsage {
  const char* name;
  std::vector<std::string> arguments;
  const char* error;
};

// Names the case where GoogleTest prints it.
void PrintTo(const WrongUsage& one, std::ostream* out) { *out << one.name; }

class WrongUsageTest : public ::testing::TestWithParam<WrongUsage> {};

TEST_P(WrongUsageTest, EndsWithTwoAndOneLine) {
  const Outcome outcome = RunLine(GetParam().arguments);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, AllOf(::testing::StartsWith("ebb: "), HasSubstr(GetParam().error)));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
}

INSTANTIATE_TEST_SUITE_P(
    Lines, WrongUsageTest,
    ::testing::Values(
        WrongUsage{"command", {"trian"}, "unknown command `trian`; did you mean train?"},
        WrongUsage{"level", {"model", "shwo"}, "unknown command `shwo`; did you mean show?"},
        WrongUsage{"option", {"at-risk", "--tpo", "3"}, "unknown option --tpo; did you mean --top?"},
        WrongUsage{"global_option", {"status", "--outptu=json"}, "unknown option --outptu; did you mean --output?"},
        WrongUsage{"number", {"at-risk", "--top", "ten"}, "--top: `ten` is not a whole number"},
        WrongUsage{"range", {"at-risk", "--top", "0"}, "--top: `0` is below 1"},
        WrongUsage{
            "choice", {"up", "--clock", "wal"}, "--clock: `wal` is not one of wall, watermark; did you mean wall?"},
        WrongUsage{"twice", {"at-risk", "--top", "1", "--top", "2"}, "--top is given 2 times"},
        WrongUsage{"missing", {"push"}, "FILE is missing"},
        WrongUsage{"too_many", {"status", "now"}, "unexpected argument `now`"},
        WrongUsage{"exclusive", {"score", "c1", "--all"}, "--all and CUSTOMER exclude each other"},
        WrongUsage{"nobody", {"score"}, "name customers, or ask for --all"},
        WrongUsage{"time", {"features", "c1", "--as-of", "yesterday"}, "--as-of: `yesterday` is not a time"},
        WrongUsage{"search", {"train", "--search", "randm"}, "did you mean random?"},
        WrongUsage{"trials", {"train", "--trials", "0"}, "--trials: `0` is below 1"},
        WrongUsage{"budget", {"train", "--search-budget", "soon"}, "--search-budget: `soon` must be a duration"},
        WrongUsage{"no_budget", {"train", "--search-budget", "0s"}, "--search-budget: must be above 0"},
        WrongUsage{"token", {"subscribe", "--resume-token", "!"}, "--resume-token: `!` is not a token"},
        WrongUsage{"version", {"model", "show", "best"}, "VERSION: `best` is not a model"},
        WrongUsage{"shell", {"completion", "bsh"}, "did you mean bash?"},
        WrongUsage{"help_of_nothing", {"help", "trian"}, "did you mean train?"}),
    [](const auto& test) { return test.param.name; });

TEST(RunTest, UnreachableServicesAreExitStatusFiveAndSayWhatToDo) {
  const Outcome outcome = RunLine({"score", "c1", "--scorer", "127.0.0.1:1"});
  EXPECT_EQ(outcome.status, 5);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("cannot reach the scorer at 127.0.0.1:1"), HasSubstr("`ebb up`")));
}

TEST(RunTest, StatusOfNothingIsPrintedAndFails) {
  const Outcome outcome = RunLine({"status", "--feature-store", "127.0.0.1:1", "--trainer", "127.0.0.1:1", "--scorer",
                                   "127.0.0.1:1", "-o", "json"});
  EXPECT_EQ(outcome.status, 5);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("\"serving\":false"), HasSubstr("\"customers\":null"),
                                 HasSubstr("\"events\":null"), HasSubstr("\"model_version\":null")));
}

TEST(RunTest, UpNamesAPortThatIsTaken) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string port = std::to_string(ntohs(address.sin_port));
  const Outcome outcome = RunLine({"up", "--port-base", port, "--data-dir", ::testing::TempDir() + "ebb_up_taken"});
  close(listener);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("port " + port + " is taken"), HasSubstr("--port-base")));
}

TEST(RunTest, AFileThatIsNotThereIsNotFound) {
  const Outcome outcome = RunLine({"push", "no_such_file.jsonl"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.err, HasSubstr("cannot read `no_such_file.jsonl`"));
}

TEST(RunTest, AfterTwoDashesEverythingIsAnArgument) {
  const Outcome outcome = RunLine({"score", "--scorer", "127.0.0.1:1", "--", "-5", "--all"});
  EXPECT_EQ(outcome.status, 5) << "the customers are called -5 and --all: " << outcome.err;
}

TEST(RunTest, HelpBeginsWithExamplesAndNamesEveryCommand) {
  const Outcome outcome = RunLine({"--help"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_LT(outcome.out.find("Examples:"), outcome.out.find("Options of every command:"));
  for (const Command& command : AllCommands()) {
    EXPECT_EQ(outcome.out.find("\n  " + command.name + " ") != std::string::npos, !command.hidden) << command.name;
  }
}

TEST(RunTest, EveryCommandHasHelpWithItsOptionsAndAnExample) {
  for (const Command& command : AllCommands()) {
    if (command.hidden) continue;
    EXPECT_FALSE(command.examples.empty()) << command.name;
    const Outcome outcome = RunLine({"help", command.name});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    for (const Option& option : command.options) EXPECT_THAT(outcome.out, HasSubstr(option.help)) << command.name;
  }
}

TEST(RunTest, EveryExampleIsACommandLineThatParses) {
  for (const Command& declared : AllCommands()) {
    for (const Example& example : declared.examples) {
      std::istringstream line(
          example.line.substr(0, example.line.find_first_of("<|")));  // the shell takes what follows
      const std::vector<std::string> words{std::istream_iterator<std::string>(line), {}};
      ASSERT_EQ(words.front(), "ebb") << example.line;
      const std::vector<Command> commands = AllCommands();
      const auto parsed = ParseCommandLine(commands, {words.begin() + 1, words.end()});
      ASSERT_TRUE(parsed.ok()) << example.line << ": " << parsed.status();
      ASSERT_NE(parsed->command, nullptr) << example.line;
      EXPECT_EQ(parsed->command->name, declared.name);
    }
  }
}

TEST(RunTest, HelpWinsOverWhatElseIsWrong) {
  EXPECT_EQ(RunLine({"push", "--help"}).status, 0);
  EXPECT_EQ(RunLine({"model", "--help"}).status, 0);
  EXPECT_THAT(RunLine({"model", "--help"}).out, AllOf(HasSubstr("model show"), HasSubstr("model promote")));
}

TEST(ExitCodeTest, StatusesBecomeExitStatuses) {
  const std::pair<absl::Status, int> cases[] = {{absl::OkStatus(), 0},
                                                {absl::InternalError("x"), 1},
                                                {absl::InvalidArgumentError("from a server"), 1},
                                                {UsageError("x"), 2},
                                                {absl::NotFoundError("x"), 3},
                                                {absl::PermissionDeniedError("x"), 4},
                                                {absl::UnauthenticatedError("x"), 4},
                                                {absl::UnavailableError("x"), 5},
                                                {absl::CancelledError("x"), 1},
                                                {InterruptedError(), 130}};
  for (const auto& [status, expected] : cases) EXPECT_EQ(static_cast<int>(ExitCodeOf(status)), expected) << status;
}

TEST(NearestTest, FindsTypingErrorsAndBeginnings) {
  const std::vector<std::string> names = {"train", "trainings", "status", "up"};
  EXPECT_EQ(Nearest("trian", names), "train");
  EXPECT_EQ(Nearest("stat", names), "status");
  EXPECT_EQ(Nearest("ip", names), "up");
  EXPECT_EQ(Nearest("xyz", names), "");
}

std::vector<std::string> Completed(const std::vector<std::string>& words) {
  return Complete(AllCommands(), words, [](const std::string& kind) {
    return std::vector<std::string>{kind + "-1", kind + "-2"};
  });
}

TEST(CompletionTest, OffersWhatCanStandThere) {
  EXPECT_THAT(Completed({"sc"}), ElementsAre("score"));
  EXPECT_THAT(Completed({"model", ""}), ElementsAre("promote", "report", "show"));
  EXPECT_THAT(Completed({"model", "show", ""}), ElementsAre("model-1", "model-2"));
  EXPECT_THAT(Completed({"model", "report", ""}), ElementsAre("model-1", "model-2"));
  EXPECT_THAT(Completed({"model", "report", "3", "--html", ""}), ElementsAre(":file"));
  EXPECT_THAT(Completed({"model", "report", "3", "--language", ""}), ElementsAre("en", "ru"));
  EXPECT_THAT(Completed({"at-risk", "--to"}), ElementsAre("--top"));
  EXPECT_THAT(Completed({"up", "--clock", ""}), ElementsAre("wall", "watermark"));
  EXPECT_THAT(Completed({"--output", "j"}), ElementsAre("json"));
  EXPECT_THAT(Completed({"--port-base", "7600", "status", "-"}), ::testing::Contains("--port-base"));
  EXPECT_THAT(Completed({"subscribe", "--segment", "segment-2"}), ElementsAre("segment-2"));
  EXPECT_THAT(Completed({"push", ""}), ElementsAre(":file"));
  EXPECT_THAT(Completed({"up", "--data-dir", ""}), ElementsAre(":directory"));
  EXPECT_THAT(Completed({"score", "customer-1", "cust"}), ElementsAre("customer-1", "customer-2"));
  EXPECT_THAT(Completed({"nonsense", ""}), ::testing::IsEmpty());
}

TEST(CompletionTest, TheProgramAnswersItsScripts) {
  EXPECT_EQ(RunLine({"complete", "--", "trainings", "--col"}).out, "--color\n");
  for (const char* shell : {"bash", "zsh", "fish"})
    EXPECT_THAT(RunLine({"completion", shell}).out, HasSubstr("ebb complete --"));
}

TEST(TimeTextTest, ReadsTimesAsPeopleWriteThem) {
  const absl::Time now = absl::FromUnixSeconds(1'790'000'000);
  const std::pair<const char*, const char*> cases[] = {{"2026-10-01", "2026-10-01T00:00:00Z"},
                                                       {"2026-10-01T12:00:00Z", "2026-10-01T12:00:00Z"},
                                                       {"2026-10-01T12:00:00+03:00", "2026-10-01T09:00:00Z"},
                                                       {"2026-10-01 12:00", "2026-10-01T12:00:00Z"},
                                                       {"2026-10-01T12:00:00.25Z", "2026-10-01T12:00:00.250000Z"},
                                                       {"now", "2026-09-21T14:13:20Z"},
                                                       {"1d", "2026-09-20T14:13:20Z"},
                                                       {"90m", "2026-09-21T12:43:20Z"}};
  for (const auto& [text, expected] : cases) {
    const auto time = ParseTime(text, now);
    ASSERT_TRUE(time.ok()) << time.status();
    EXPECT_EQ(UtcText(*time), expected) << text;
  }
  for (const char* bad : {"", "yesterday", "2026-13-01", "01.10.2026", "7", "-7d", "1700-01-01"})
    EXPECT_FALSE(ParseTime(bad, now).ok()) << bad;
}

}  // namespace
}  // namespace ebb
