// A subscriber that is killed goes on from the last token it printed, and between its two lives misses nothing.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/time/clock.h"
#include "tests/end_to_end/shop.h"

namespace ebb::testing {
namespace {

// The whole lines of `ebb subscribe --output json`; what was being written at the kill is no line.
std::vector<nlohmann::json> Scores(const std::string& text) {
  std::vector<nlohmann::json> scores;
  size_t begin = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; begin = end + 1, end = text.find('\n', begin))
    scores.push_back(nlohmann::json::parse(text.substr(begin, end - begin)));
  return scores;
}

std::string ReadText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string Purchases(const std::string& customer) {
  std::string lines;
  for (int i = 0; i < 40; ++i) {
    const std::string n = std::to_string(i);
    lines += R"({"customerId":")" + customer + R"(","eventId":")" + n + R"(","eventTime":")" +
             absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone()) +
             R"(","purchase":{"orderId":"o)" + n +
             R"(","lines":[{"productId":"p","category":"cosmetics","quantity":"3","unitPriceMinor":"90000"}]}})" + "\n";
  }
  return lines;
}

TEST(SubscriberCrash, GoesOnFromTheLastTokenItPrinted) {
  Services services({{{}, SmallGridFlags(), {}}});
  services.StartAll();
  GenerateShop(services, services.folder() + "/shop", 300);
  ImportShop(services, services.folder() + "/shop");
  Train(services);
  const absl::Time limit = absl::Now() + absl::Seconds(60);
  while (LatestSequences(services).size() < 300) ASSERT_LT(absl::Now(), limit) << "the shop is not scored";

  const std::string log = services.folder() + "/scores.jsonl";
  Process first({BinDir() + "/ebb", "subscribe", "--snapshot", "--quiet", "--output", "json", "--port-base",
                 std::to_string(services.port_base())},
                log);
  while (Scores(ReadText(log)).size() < 10) ASSERT_LT(absl::Now(), limit) << ReadText(log);
  first.Kill();
  const std::vector<nlohmann::json> before = Scores(ReadText(log));
  const std::map<std::string, int64_t> untouched = LatestSequences(services);

  // The world goes on without it.
  for (const std::string& customer : {untouched.begin()->first, untouched.rbegin()->first})
    ASSERT_EQ(services.Ebb({"push", "-"}, Purchases(customer)).exit_status, 0);
  while (LatestSequences(services) == untouched) ASSERT_LT(absl::Now(), limit) << "no score moved";

  const Outcome second =
      services.Ebb({"subscribe", "--resume-token", before.back().at("resume_token").get<std::string>(),
                    "--until-caught-up", "--output", "json"});
  ASSERT_EQ(second.exit_status, 0) << second.err;
  std::map<std::string, int64_t> seen;
  for (const nlohmann::json& score : before)
    seen[score.at("customer_id").get<std::string>()] = score.at("sequence").get<int64_t>();
  int64_t last = before.back().at("sequence").get<int64_t>();
  for (const nlohmann::json& score : Scores(second.out)) {
    const auto sequence = score.at("sequence").get<int64_t>();
    EXPECT_GT(sequence, last) << "no older score after a newer one";
    last = seen[score.at("customer_id").get<std::string>()] = sequence;
  }
  for (const auto& [customer, sequence] : untouched) EXPECT_GE(seen[customer], sequence) << customer << " was missed";
}

}  // namespace
}  // namespace ebb::testing
