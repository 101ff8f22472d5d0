// The thin path through all three services, as a user walks it: files in, a model, scores out, and a subscriber sees a
// change.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/cpp/score_subscription.h"
#include "clients/cpp/scorer_client.h"
#include "tests/end_to_end/shop.h"
#include "tests/support/patience.h"

namespace ebb::testing {
namespace {

class FirstLight : public ::testing::Test {
 protected:
  FirstLight() : services_({{{}, SmallGridFlags(), {}}}) { services_.StartAll(); }

  void ImportAndTrain(int customers = 300) {
    GenerateShop(services_, Shop(), customers);
    ImportShop(services_, Shop());
    Train(services_);
  }
  std::string Shop() const { return services_.folder() + "/shop"; }

  // Waits until every customer of the shop has a score.
  void WaitForScores(size_t customers) {
    const absl::Time limit = absl::Now() + kPatience;
    while (AllScores(services_).size() < customers && absl::Now() < limit) {
    }
    ASSERT_EQ(AllScores(services_).size(), customers);
  }

  // Purchases of one customer as lines of protobuf JSON.
  static std::string Purchases(const std::string& customer, int count) {
    std::string lines;
    for (int i = 0; i < count; ++i) {
      absl::StrAppend(
          &lines, R"({"customerId":")", customer, R"(","eventId":"e)", i, R"(","eventTime":")",
          absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone()), R"(","purchase":{"orderId":"o)",
          i, R"(","lines":[{"productId":"p","category":"cosmetics","quantity":"3","unitPriceMinor":"90000"}]}})", "\n");
    }
    return lines;
  }

  Services services_;
};

TEST_F(FirstLight, FilesInScoresOutAndASubscriberSeesAChange) {
  ImportAndTrain();
  WaitForScores(300);

  ScoreSubscription subscription({.address = services_.Address(Services::kScorer), .request = {}});
  // The first message says that the subscription stands.
  const auto first = subscription.Next(kPatience);
  ASSERT_TRUE(first.ok() && first->has_value()) << first.status();

  const std::string customer = AllScores(services_).begin()->first;
  const Outcome push = services_.Ebb({"push", "-"}, Purchases(customer, 40));
  ASSERT_EQ(push.exit_status, 0) << push.err;

  const absl::Time limit = absl::Now() + kPatience;
  std::optional<v1::Score> changed;
  while (!changed && absl::Now() < limit) {
    const auto message = subscription.Next(absl::Seconds(5));
    ASSERT_TRUE(message.ok()) << message.status();
    if (message->has_value() && (*message)->has_score()) changed = (*message)->score();
  }
  ASSERT_TRUE(changed.has_value()) << "no change reached the subscriber";
  EXPECT_EQ(changed->customer_id(), customer);
  EXPECT_NE(changed->probability(), changed->previous_probability());
  EXPECT_EQ(changed->model_version(), 1);
  EXPECT_EQ(changed->horizon_months(), 3);
}

// Generated files have typing errors of their own.
TEST_F(FirstLight, TheModelsReportTellsWhatTheImportRepaired) {
  ImportAndTrain();
  const Outcome report = services_.Ebb({"model", "report", "1", "-o", "json"});
  ASSERT_EQ(report.exit_status, 0) << report.err;
  const auto document = nlohmann::json::parse(report.out);
  std::map<std::string, std::string> taken_for;
  std::map<std::string, int64_t> rows;
  for (const auto& repair : document.at("repairs")) {
    const std::string from = repair.at("from");
    EXPECT_EQ(repair.at("repair"), "typing_error") << from;
    taken_for[from] = repair.at("to");
    rows[from] = repair.at("rows");
  }
  EXPECT_EQ(taken_for,
            (std::map<std::string, std::string>{{"предыдцщий_месяц", "предыдущий_месяц"}, {"стандартт", "стандарт"}}));
  EXPECT_EQ(rows["предыдцщий_месяц"], 300);
  const Outcome page = services_.Ebb({"model", "report", "1", "--html", "-", "--language", "ru"});
  ASSERT_EQ(page.exit_status, 0) << page.err;
  EXPECT_THAT(page.out, ::testing::HasSubstr("вместо «стандарт» написано «стандартт»; прочитано как «стандарт»."));
}

// From the events of a shop that never had files.
TEST_F(FirstLight, TellsNextMonthsRevenueFromPurchases) {
  const std::string events = services_.folder() + "/events.jsonl";
  const Outcome generated =
      services_.Ebb({"generate", "--customers", "400", "--months", "7", "--seed", "3", "--events", events});
  ASSERT_EQ(generated.exit_status, 0) << generated.err;
  const Outcome pushed = services_.Ebb({"push", "--backfill", events});
  ASSERT_EQ(pushed.exit_status, 0) << pushed.err;
  const std::string as_of =
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::Now() - absl::Hours(24 * 100), absl::UTCTimeZone());
  const Outcome trained = services_.Ebb({"train", "--wait", "--labels", "purchase-decline", "--as-of", as_of});
  ASSERT_EQ(trained.exit_status, 0) << trained.err;
  const Outcome report = services_.Ebb({"model", "report", "1", "-o", "json"});
  ASSERT_EQ(report.exit_status, 0) << report.err;
  const auto document = nlohmann::json::parse(report.out);
  ASSERT_TRUE(document.contains("next_month_revenue")) << document["model"]["next_month_revenue_absent"];
  EXPECT_GE(document["next_month_revenue"][0]["rows"], 200);
  EXPECT_LT(document["next_month_revenue"][0]["cv_smape"], 200);

  WaitForScores(400);
  ScorerClient scorer(services_.Address(Services::kScorer), kPatience);
  v1::ListScoresRequest request;
  request.set_page_size(1'000);
  const auto page = scorer.ListScores(request);
  ASSERT_TRUE(page.ok()) << page.status();
  for (const v1::Score& score : page->scores()) {
    ASSERT_TRUE(score.has_expected_revenue()) << score.customer_id();
    EXPECT_GE(score.expected_revenue(), 0);
    EXPECT_EQ(score.revenue_at_risk(), score.probability() * score.expected_revenue());
  }
}

TEST_F(FirstLight, TheSameFilesCountOnce) {
  GenerateShop(services_, Shop(), 50);
  ImportShop(services_, Shop());
  const Outcome before = services_.Ebb({"features", "--all", "--output", "csv"});
  ImportShop(services_, Shop());
  const Outcome after = services_.Ebb({"features", "--all", "--output", "csv"});
  EXPECT_EQ(before.out, after.out);
  const auto status = nlohmann::json::parse(services_.Ebb({"status", "--output", "json"}).out);
  EXPECT_EQ(status.at("customers"), 50);
  EXPECT_EQ(status.at("events"), 50);
}

TEST_F(FirstLight, SegmentsAddUpToTheWholeBase) {
  ImportAndTrain();
  WaitForScores(300);
  const Outcome segments = services_.Ebb({"segments", "--output", "json"});
  ASSERT_EQ(segments.exit_status, 0) << segments.err;
  const auto summary = nlohmann::json::parse(segments.out);
  int64_t customers = 0;
  double share = 0;
  for (const auto& cell : summary.at("segments")) {
    customers += cell.at("customers").get<int64_t>();
    share += cell.at("customer_share").get<double>();
  }
  EXPECT_EQ(customers, 300);
  EXPECT_NEAR(share, 1, 1e-9);
}

TEST_F(FirstLight, AtRiskIsOrderedByValue) {
  ImportAndTrain();
  WaitForScores(300);
  const Outcome at_risk = services_.Ebb({"at-risk", "--top", "10", "--output", "json"});
  ASSERT_EQ(at_risk.exit_status, 0) << at_risk.err;
  const auto answer = nlohmann::json::parse(at_risk.out);
  const auto& scores = answer.is_array() ? answer : answer.at("scores");
  ASSERT_EQ(scores.size(), 10u);
  for (size_t i = 0; i + 1 < scores.size(); ++i)
    EXPECT_GE(scores[i].at("value_at_risk"), scores[i + 1].at("value_at_risk"));
}

TEST_F(FirstLight, WithoutProfitNoValueIsKnown) {
  ImportAndTrain();
  ASSERT_EQ(services_.Ebb({"push", "-"}, Purchases("stranger", 1)).exit_status, 0);
  WaitForScores(301);
  const Outcome score = services_.Ebb({"score", "stranger", "--output", "json"});
  ASSERT_EQ(score.exit_status, 0) << score.err;
  EXPECT_NE(score.out.find("unknown_profit/"), std::string::npos) << score.out;
  const auto at_risk = services_.Ebb({"at-risk", "--top", "1000"});
  EXPECT_EQ(at_risk.out.find("stranger"), std::string::npos);
}

}  // namespace
}  // namespace ebb::testing
