#include "tests/end_to_end/shop.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "clients/cpp/scorer_client.h"

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

void CopyOrGenerateShop(const Services& services, const std::string& folder, int customers) {
  const char* named = std::getenv("EBB_SHOP_DATA");
  const std::string real = named != nullptr ? named : EBB_SOURCE_DIR "/../shared/data/one_click";
  const std::vector<std::string> files = {"market_file.csv", "market_money.csv", "market_time.csv", "money.csv"};
  if (!std::filesystem::exists(real + "/" + files[0])) return GenerateShop(services, folder, customers);
  for (const std::string& file : files) std::filesystem::copy_file(real + "/" + file, folder + "/" + file);
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

std::map<std::string, int64_t> LatestSequences(const Services& services) {
  ScorerClient scorer(services.Address(Services::kScorer), absl::Seconds(60));
  std::map<std::string, int64_t> latest;
  v1::ListScoresRequest request;
  do {
    const auto page = scorer.ListScores(request);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) break;
    for (const v1::Score& score : page->scores()) latest[score.customer_id()] = score.sequence();
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return latest;
}

std::vector<std::string> SmallGridFlags() {
  return {"--search-grid", EBB_SOURCE_DIR "/tests/end_to_end/small_grid.textproto"};
}

}  // namespace ebb::testing
