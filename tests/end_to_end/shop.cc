#include "tests/end_to_end/shop.h"

#include <gtest/gtest.h>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace ebb::testing {
namespace {

void ExpectSuccess(const Outcome& outcome, const char* what) {
  ASSERT_EQ(outcome.exit_status, 0) << what << "\n" << outcome.out << outcome.err;
}

}  // namespace

void GenerateShop(const Services& services, const std::string& folder, int customers) {
  ExpectSuccess(services.Ebb({"generate", "--customers", std::to_string(customers), "--seed", "3", "--files", folder}),
                "generate");
}

void ImportShop(const Services& services, const std::string& folder, const std::vector<std::string>& more) {
  std::vector<std::string> command = {"import",         "one-click",
                                      "--market-file",  folder + "/market_file.csv",
                                      "--market-money", folder + "/market_money.csv",
                                      "--market-time",  folder + "/market_time.csv",
                                      "--money",        folder + "/money.csv"};
  command.insert(command.end(), more.begin(), more.end());
  ExpectSuccess(services.Ebb(command), "import");
}

void Train(const Services& services) { ExpectSuccess(services.Ebb({"train", "--wait"}), "train"); }

std::vector<std::vector<std::string>> ParseCsv(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty()))
    rows.push_back(absl::StrSplit(line, ','));
  if (!rows.empty()) rows.erase(rows.begin());
  return rows;
}

std::map<std::string, std::string> AllScores(const Services& services) {
  const Outcome outcome = services.Ebb({"score", "--all", "--output", "csv"});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.err;
  std::map<std::string, std::string> scores;
  for (const std::vector<std::string>& row : ParseCsv(outcome.out))
    scores[row.at(0)] = absl::StrJoin(row.begin() + 1, row.begin() + 3, ",");
  return scores;
}

std::vector<std::string> SmallGridFlags() {
  return {"--search-grid", EBB_SOURCE_DIR "/tests/end_to_end/small_grid.textproto"};
}

}  // namespace ebb::testing
