// `ebb push` against a real gRPC server that drops streams.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "clients/cli/run.h"
#include "clients/cpp/flaky_store_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/seed.h"

namespace ebb {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class PushTest : public ::testing::Test {
 protected:
  PushTest() : folder_(fs::path(::testing::TempDir()) / absl::StrCat("ebb_push_", getpid())) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~PushTest() override { fs::remove_all(folder_); }

  std::string Write(const std::string& content) {
    const std::string path = (folder_ / "events.jsonl").string();
    std::ofstream(path) << content;
    return path;
  }
  int Push(const FlakyStore& store, const std::string& file) {
    out_.str("");
    err_.str("");
    return RunEbb({"push", file, "-o", "json", "-q"}, {{"EBB_FEATURE_STORE", store.address()}}, {}, out_, err_);
  }
  std::vector<nlohmann::json> Rejected() const {
    std::ifstream file(folder_ / "events.jsonl.rejected.jsonl");
    std::vector<nlohmann::json> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }

  const fs::path folder_;
  std::ostringstream out_, err_;
};

std::string Line(int number, const std::string& customer) {
  return R"({"customer_id":")" + customer + R"(","event_id":"e)" + std::to_string(number) +
         R"(","event_time":"2026-10-01T12:00:00Z","page_view":{"visit_id":"v"}})" + "\n";
}

TEST_F(PushTest, EverythingArrivesThoughStreamsBreak) {
  const FlakyStore store(testing::SeedOfTheRun(), /*drop_one_in=*/2);
  std::string content;
  for (int i = 0; i < 5'000; ++i) content += Line(i, "c" + std::to_string(i % 100));
  EXPECT_EQ(Push(store, Write(content)), 0) << err_.str();
  EXPECT_EQ(store.events().size(), 5'000);
  const auto summary = nlohmann::json::parse(out_.str());
  EXPECT_EQ(summary["accepted"].get<int>() + summary["duplicate"].get<int>(), 5'000);
  EXPECT_EQ(summary["refused"], 0);
  EXPECT_FALSE(fs::exists(folder_ / "events.jsonl.rejected.jsonl"));
}

TEST_F(PushTest, RefusedEventsGoToAFileWithTheirReasonsAndTheRestArrives) {
  const FlakyStore store(/*seed=*/1, /*drop_one_in=*/0);
  const std::string file = Write(Line(1, "a") + "{'customer_id':'b'}\n\n" + Line(3, "") + Line(4, "d"));
  EXPECT_EQ(Push(store, file), 1);
  EXPECT_EQ(store.events().size(), 2);
  EXPECT_THAT(err_.str(), ::testing::AllOf(HasSubstr("2 events were refused"), HasSubstr(file + ".rejected.jsonl")));
  EXPECT_EQ(nlohmann::json::parse(out_.str())["refused"], 2);
  std::vector<nlohmann::json> rejected = Rejected();
  ASSERT_EQ(rejected.size(), 2);
  EXPECT_EQ(rejected[0]["line"], 2);
  EXPECT_EQ(rejected[0]["text"], "{'customer_id':'b'}");
  EXPECT_THAT(rejected[0]["reasons"][0]["rule"].get<std::string>(), HasSubstr("column 2: syntax error"));
  EXPECT_EQ(rejected[1]["line"], 4);
  EXPECT_EQ(rejected[1]["reasons"][0]["field"], "customer_id");
  EXPECT_EQ(rejected[1]["reasons"][0]["rule"], "must not be empty");
  EXPECT_EQ(rejected[1]["event"]["event_id"], "e3");
}

TEST_F(PushTest, AnEventThatBreaksTwoRulesIsOneEvent) {
  const FlakyStore store(/*seed=*/1, /*drop_one_in=*/0);
  const std::string file = Write(Line(1, "a") + R"({"event_id":"e2","page_view":{"visit_id":"v"}})" + "\n");
  EXPECT_EQ(Push(store, file), 1);
  const auto summary = nlohmann::json::parse(out_.str());
  EXPECT_EQ(summary["accepted"].get<int>() + summary["refused"].get<int>(), 2) << "the lines of the file";
  EXPECT_THAT(err_.str(), HasSubstr("1 event was refused, in line 2: customer_id: must not be empty"));
  std::vector<nlohmann::json> rejected = Rejected();
  ASSERT_EQ(rejected.size(), 1);
  EXPECT_EQ(rejected[0]["reasons"].size(), 2);
  EXPECT_EQ(rejected[0]["reasons"][1]["field"], "event_time");
}

TEST_F(PushTest, AFileThatCannotBeReadToItsEndFails) {
  const FlakyStore store(/*seed=*/1, /*drop_one_in=*/0);
  EXPECT_EQ(Push(store, "/proc/self/mem"), 1);
  EXPECT_THAT(err_.str(), HasSubstr("cannot read `/proc/self/mem`"));
}

TEST_F(PushTest, PushingTheSameFileAgainCountsOnce) {
  const FlakyStore store(/*seed=*/1, /*drop_one_in=*/0);
  const std::string file = Write(Line(1, "a") + Line(2, "b"));
  EXPECT_EQ(Push(store, file), 0);
  EXPECT_EQ(Push(store, file), 0);
  EXPECT_EQ(nlohmann::json::parse(out_.str())["duplicate"], 2);
  EXPECT_EQ(store.events().size(), 2);
}

}  // namespace
}  // namespace ebb
