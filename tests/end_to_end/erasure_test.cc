// A customer asks to be forgotten: afterwards no byte of any service's folder, logs included, names the customer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "nlohmann/json.hpp"
#include "tests/end_to_end/shop.h"
#include "tests/support/patience.h"

namespace ebb::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kVictim[] = "victim-of-curiosity";
constexpr char kCanary[] = "canary-in-a-body";

// Files below the services' folders that hold one of the texts.
std::vector<std::string> Search(const Services& services) {
  std::vector<std::string> found;
  for (const Services::Service service : Services::kAll) {
    for (const auto& entry : fs::recursive_directory_iterator(services.DataDir(service))) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      for (const char* text : {kVictim, kCanary}) {
        if (absl::StrContains(bytes, text)) found.push_back(absl::StrCat(entry.path().string(), ": ", text));
      }
    }
  }
  return found;
}

// Runs the command until it ends with this status.
::testing::AssertionResult Becomes(int exit_status, const Services& services, const std::vector<std::string>& command) {
  Outcome outcome;
  for (const absl::Time deadline = absl::Now() + kPatience; absl::Now() < deadline;) {
    outcome = services.Ebb(command);
    if (outcome.exit_status == exit_status) return ::testing::AssertionSuccess();
    absl::SleepFor(absl::Milliseconds(100));
  }
  return ::testing::AssertionFailure() << "ended with " << outcome.exit_status << ": " << outcome.out << outcome.err;
}

TEST(Erasure, LeavesNoByteInAnyService) {
  Services services({{{}, SmallGridFlags(), {}}});
  services.StartAll();
  const std::string shop = services.folder() + "/shop";
  fs::create_directory(shop);
  GenerateShop(services, shop, 300);
  ImportShop(services, shop);
  Train(services);
  const std::string events = services.folder() + "/events.jsonl";
  std::ofstream(events) << R"({"customer_id":")" << kVictim << R"(","event_id":"e1","event_time":")"
                        << absl::FormatTime(absl::Now() - absl::Hours(1), absl::UTCTimeZone())
                        << R"(","page_view":{"visit_id":"v","category":")" << kCanary << "\"}}\n";
  const Outcome pushed = services.Ebb({"push", events});
  ASSERT_EQ(pushed.exit_status, 0) << pushed.err;
  ASSERT_TRUE(Becomes(0, services, {"score", kVictim}));
  ASSERT_GT(Search(services).size(), 1u) << "a search that finds nothing proves nothing";

  const Outcome exported = services.Ebb({"export", kVictim, "--output", "json"});
  ASSERT_EQ(exported.exit_status, 0) << exported.err;
  EXPECT_EQ(nlohmann::json::parse(exported.out).at("events").size(), 1u) << exported.out;

  EXPECT_EQ(services.Ebb({"erase", kVictim}).exit_status, 2) << "nobody was there to confirm";
  const Outcome erased = services.Ebb({"erase", kVictim, "--yes", "--reason", "asked", "--output", "json"});
  ASSERT_EQ(erased.exit_status, 0) << erased.err;
  const nlohmann::json answer = nlohmann::json::parse(erased.out);
  EXPECT_EQ(answer.at("removed"), true) << erased.out;
  EXPECT_EQ(answer.at("events_removed"), 1) << erased.out;
  EXPECT_EQ(services.Ebb({"export", kVictim}).exit_status, 3);
  EXPECT_EQ(services.Ebb({"features", kVictim}).exit_status, 3);
  ASSERT_TRUE(Becomes(3, services, {"score", kVictim}));
  const Outcome again = services.Ebb({"push", events});
  EXPECT_NE(again.exit_status, 0) << "an event of an erased customer is refused: " << again.out;
  // The scorer's answer changes a little before its files do.
  std::vector<std::string> left;
  for (const absl::Time deadline = absl::Now() + kPatience; absl::Now() < deadline;) {
    if (left = Search(services); left.empty()) break;
    absl::SleepFor(absl::Milliseconds(100));
  }
  EXPECT_THAT(left, ::testing::IsEmpty());
}

}  // namespace
}  // namespace ebb::testing
