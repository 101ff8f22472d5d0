// What a newcomer stumbles over gets one clear line: what is wrong, where, and what to do.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "absl/time/clock.h"
#include "tests/end_to_end/shop.h"

namespace ebb::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Newcomer, ASecondProcessOnADataFolderIsRefused) {
  Services services;
  services.Start(Services::kFeatureStore);
  const std::string folder = services.DataDir(Services::kFeatureStore);
  const Outcome second = RunProgram({BinDir() + "/ebb-feature-store", "--data-dir", folder, "--listen", "127.0.0.1:0"});
  EXPECT_NE(second.exit_status, 0);
  EXPECT_THAT(second.err, AllOf(HasSubstr(folder), HasSubstr("in use by process")));
}

// What a start says of a store's folder whose file FORMAT names another format.
Outcome StartOnFormat(const std::string& format) {
  Services services;
  services.Start(Services::kFeatureStore);
  services.Kill(Services::kFeatureStore, SIGTERM);
  const std::string path = services.DataDir(Services::kFeatureStore) + "/FORMAT";
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  std::string lines = text.str();
  const size_t number = lines.find("format ");
  EXPECT_NE(number, std::string::npos) << lines;
  lines.replace(number, lines.find('\n', number) - number, "format " + format);
  std::ofstream(path) << lines;
  return RunProgram({BinDir() + "/ebb-feature-store", "--data-dir", services.DataDir(Services::kFeatureStore),
                     "--listen", "127.0.0.1:0"});
}

TEST(Newcomer, ADataFolderOfANewerFormatIsRefusedByName) {
  const Outcome outcome = StartOnFormat("999");
  EXPECT_NE(outcome.exit_status, 0);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("999"), HasSubstr("newer")));
}

TEST(Newcomer, ADataFolderOfAFormatThatIsNotReadAnyMoreIsRefusedByName) {
  const Outcome outcome = StartOnFormat("1");
  EXPECT_NE(outcome.exit_status, 0);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("has format 1, which this build"), HasSubstr("start on a new folder")));
}

TEST(Newcomer, ATakenPortIsNamedWithWhatToDo) {
  Services services;
  services.Start(Services::kTrainer);
  const Outcome up = services.Ebb({"up", "--data-dir", services.folder() + "/up"});
  EXPECT_NE(up.exit_status, 0);
  EXPECT_THAT(up.err, AllOf(HasSubstr(std::to_string(services.port_base() + 1)), HasSubstr("--port-base")));
}

TEST(Newcomer, AnUnreachableServiceIsNamed) {
  const Services services;
  const Outcome status = services.Ebb({"score", "anybody"});
  EXPECT_EQ(status.exit_status, 5);
  EXPECT_THAT(status.err, AllOf(HasSubstr(services.Address(Services::kScorer)), HasSubstr("ebb up")));
  EXPECT_NE(services.Ebb({"status"}).exit_status, 0);
}

TEST(Newcomer, WithoutAModelAScoreSaysToTrainOne) {
  Services services;
  services.StartAll();
  const Outcome score = services.Ebb({"score", "anybody"});
  EXPECT_NE(score.exit_status, 0);
  EXPECT_THAT(score.err, HasSubstr("train"));
}

TEST(Newcomer, WithoutLabelsATrainingSaysWhatIsMissing) {
  Services services;
  services.StartAll();
  const Outcome train = services.Ebb({"train", "--wait"});
  EXPECT_EQ(train.exit_status, 1);
  EXPECT_THAT(train.err, HasSubstr("label"));
}

TEST(Newcomer, AtRiskWithoutProfitSaysThatNoValueIsKnown) {
  Services services({{{}, SmallGridFlags(), {}}});
  services.StartAll();
  const std::string shop = services.folder() + "/shop";
  GenerateShop(services, shop, 300);
  // Profit of no customer: the cells are empty.
  std::stringstream blanked;
  std::ifstream money(shop + "/money.csv");
  std::string line;
  for (bool header = true; std::getline(money, line); header = false) {
    blanked << (header ? line : line.substr(0, line.find(';') + 1)) << "\n";
  }
  money.close();
  std::ofstream(shop + "/money.csv") << blanked.str();
  ImportShop(services, shop);
  Train(services);
  const Outcome at_risk = services.Ebb({"at-risk", "--top", "10"});
  EXPECT_THAT(at_risk.out + at_risk.err, HasSubstr("No value at risk is known"));
  EXPECT_THAT(at_risk.out, Not(HasSubstr(" 0.0")));
}

TEST(Newcomer, CtrlCEndsAPushFromAPipeThatIsSilent) {
  Services services;
  services.Start(Services::kFeatureStore);
  const std::string pipe = services.folder() + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  // Open for reading too, so that neither side waits for the other.
  std::fstream writer(pipe, std::ios::in | std::ios::out);
  Process push({"/bin/sh", "-c", R"(exec "$1" push - --port-base "$2" <"$3")", "sh", BinDir() + "/ebb",
                std::to_string(services.port_base()), pipe},
               services.folder() + "/push.log");
  writer << R"({"customerId":"a","eventId":"1","eventTime":"2026-01-01T00:00:00Z","pageView":{"visitId":"v"}})"
         << std::endl;
  const absl::Time limit = absl::Now() + absl::Seconds(60);
  while (services.Ebb({"features", "a"}).exit_status != 0)
    ASSERT_LT(absl::Now(), limit) << "an event must not wait for others to fill its batch";
  const int status = push.Kill(SIGINT);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
}

TEST(Newcomer, RefusedEventsGoToAFileWithTheirReasons) {
  Services services;
  services.StartAll();
  const std::string input = services.folder() + "/events.jsonl";
  std::ofstream(input)
      << R"({"customerId":"a","eventId":"1","eventTime":"2026-01-01T00:00:00Z","pageView":{"visitId":"v"}})"
      << "\n"
      << R"({"customerId":"a","eventId":"2","eventTime":"2026-01-01T00:00:00Z","timeOnSite":{"visitId":"v","durationMs":"0"}})"
      << "\n"
      << R"({"customerId":"a","customerId":"b","eventId":"3"})"
      << "\n"
      << R"({'customerId':'a'})"
      << "\n"
      << R"({"customerId":"a","eventId":"4",})"
      << "\n";
  const Outcome push = services.Ebb({"push", input});
  EXPECT_EQ(push.exit_status, 1);
  std::stringstream rejected;
  rejected << std::ifstream(input + ".rejected.jsonl").rdbuf();
  EXPECT_THAT(rejected.str(), AllOf(HasSubstr("time_on_site.duration_ms"), HasSubstr("customerId")));
  const std::string text = rejected.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
  const Outcome features = services.Ebb({"features", "a", "--output", "csv"});
  EXPECT_EQ(features.exit_status, 0) << "the good event beside them counts";
}

}  // namespace
}  // namespace ebb::testing
