#include "scorer/scorer_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "scorer/rocks_score_table.h"
#include "scorer/scoring_engine.h"
#include "scorer/testing/straight_line_model.h"
#include "tests/support/process.h"

namespace ebb::scorer {
namespace {

template <typename Message>
Message Parsed(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

v1::SubscribeResponse ScoreMessage(int64_t sequence) {
  v1::SubscribeResponse message;
  message.mutable_score()->set_sequence(sequence);
  return message;
}

// Dashboards and alerts are built on these names: what changes here is a change of the interface.
TEST(ScorerMetrics, ThePageIsPinned) {
  ManualClock clock(absl::FromUnixMicros(1'000'000));
  ScorerFigures figures(&clock);
  figures.AddBatch(absl::FromUnixMicros(993'000));
  figures.AddScored(512);
  figures.AddPublished();
  figures.NotePublished(7, {.changed_us = 600'000, .received_us = 990'000});
  figures.AddSent(ScoreMessage(7), /*live=*/true);
  v1::SubscribeResponse other;
  figures.AddSent(other, true);
  other.mutable_left()->set_customer_id("anna");
  figures.AddSent(other, true);
  ScorerState state{.status = Parsed<v1::ScorerStatus>(R"pb(
                      model_version: 3
                      customers: 10000
                      sequence: 420
                      subscribers: 2
                      store_connected: true
                      features_as_of { seconds: 1773144000 nanos: 500000000 }
                      rescore_backlog: 17)pb"),
                    .cells = Parsed<v1::SegmentSummary>(R"pb(
                      cells { segment: "low_profit/stable" customers: 3 mean_probability: 0.25 }
                      cells { segment: "high_profit/at_risk" customers: 1 mean_probability: 0.75 value_at_risk: 120 }
                      customers: 4
                      risk_threshold: 0.7)pb"),
                    .segments = Parsed<v1::ListSegmentsResponse>(R"pb(
                      segments {
                        definition { name: "promo_hunters_at_risk" }
                        customers: 1
                        value_at_risk: 120
                      }
                      segments {
                        definition { name: "of_a_missing_feature" }
                        problem: "there is no such feature"
                      })pb"),
                    .shadow = Parsed<v1::GetShadowComparisonResponse>(R"pb(
                      comparisons {
                        version: 5
                        champion_version: 3
                        customers: 1000
                        mean_difference: -0.0125
                        mean_absolute_difference: 0.0625
                        both_at_risk: 120
                        champion_only_at_risk: 30
                        challenger_only_at_risk: 10
                        neither_at_risk: 840
                        rank_correlation: 0.875
                        champion_seconds_per_vector: 0.00025
                        challenger_seconds_per_vector: 0.000125
                      }
                      comparisons { version: 4 problem: "the store has no visits" }
                      most_challengers: 2
                      share: 0.5
                      scored: 2000
                      dropped: 7)pb"),
                    .store_failures = 1,
                    .trainer_failures = 5};
  MetricPage page;
  AddScorerMetrics(state, figures, &page);
  std::ifstream file("scorer/scorer_metrics_test.golden");
  const std::string golden{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(page.Text(), golden);
}

TEST(ScorerMetrics, WithoutAModelThereAreNoSegments) {
  const ManualClock clock(absl::UnixEpoch());
  const ScorerFigures figures(&clock);
  MetricPage page;
  AddScorerMetrics({}, figures, &page);
  EXPECT_THAT(page.Text(), ::testing::HasSubstr("\nebb_scorer_model_version 0\n"));
  EXPECT_THAT(page.Text(), ::testing::Not(::testing::HasSubstr("ebb_scorer_model_info")));
  EXPECT_THAT(page.Text(), ::testing::Not(::testing::HasSubstr("ebb_scorer_cell")));
  EXPECT_THAT(page.Text(), ::testing::Not(::testing::HasSubstr("ebb_scorer_shadow")));
}

TEST(RecentChanges, KeepTheLast) {
  RecentChanges changes(4);
  EXPECT_FALSE(changes.Find(1).has_value());
  for (int64_t sequence = 1; sequence <= 6; ++sequence) changes.Note(sequence, {.changed_us = 10 * sequence});
  EXPECT_FALSE(changes.Find(2).has_value()) << "6 stands in its place";
  ASSERT_TRUE(changes.Find(3).has_value());
  EXPECT_EQ(changes.Find(3)->changed_us, 30);
  EXPECT_EQ(changes.Find(6)->changed_us, 60);
}

// From the store's message to what a stream would tell.
class FreshnessTest : public ::testing::Test {
 protected:
  FreshnessTest() {
    auto table = OpenRocksScoreTable(folder_.path() + "/scores", /*create=*/true);
    EXPECT_TRUE(table.ok()) << table.status();
    table_ = *std::move(table);
    engine_ = std::make_unique<ScoringEngine>(ScoringEngine::Options{.publish_delta = 0}, table_.get(), &board_, &slot_,
                                              &clock_, [] {});
    EXPECT_TRUE(engine_->Load(MakeServedModel(testing::StraightLineModel(0), 1, "digest", {})).ok());
  }

  // A vector of anna's that an event 300 ms ago caused.
  void Take(bool first, bool caught_up = false) {
    v1::WatchFeaturesResponse message;
    if (first) {
      for (const char* name : {"revenue", "profit"}) {
        v1::FeatureSpec* feature = message.mutable_schema()->add_features();
        feature->set_name(name);
        feature->set_kind(v1::NUMBER);
        feature->set_role(feature->name() == "profit" ? v1::SEGMENT : v1::INPUT);
      }
    }
    v1::CustomerFeatures* customer = message.add_customers();
    customer->set_customer_id("anna");
    customer->mutable_vector()->mutable_as_of()->set_seconds(1'000);
    customer->mutable_vector()->add_values()->set_number(1);
    customer->mutable_vector()->add_values()->set_number(1);
    const int64_t changed_us = absl::ToUnixMicros(clock_.Now()) - 300'000;
    customer->mutable_changed_at()->set_seconds(changed_us / 1'000'000);
    customer->mutable_changed_at()->set_nanos(static_cast<int32_t>(changed_us % 1'000'000 * 1'000));
    message.set_caught_up(caught_up);
    ASSERT_TRUE(engine_->TakeFeatures(message).ok());
  }
  void CatchUp() {
    v1::WatchFeaturesResponse message;
    message.set_caught_up(true);
    ASSERT_TRUE(engine_->TakeFeatures(message).ok());
  }
  // A stream tells anna's score 100 ms later.
  void Tell(bool live = true) {
    clock_.Advance(absl::Milliseconds(100));
    engine_->figures()->AddSent(ScoreMessage(board_.last_sequence()), live);
  }
  uint64_t Measured() const {
    const Histogram& freshness = engine_->figures()->freshness_seconds();
    uint64_t count = 0;
    for (size_t range = 0; range <= freshness.bounds().size(); ++range) count += freshness.count(range);
    return count;
  }

  const ebb::testing::TemporaryFolder folder_;
  ManualClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  std::unique_ptr<ScoreTable> table_;
  ScoreBoard board_;
  ModelSlot slot_;
  std::unique_ptr<ScoringEngine> engine_;
};

TEST_F(FreshnessTest, IsMeasuredFromTheEventToTheStream) {
  Take(/*first=*/true);
  CatchUp();
  Take(/*first=*/false);
  Tell();
  EXPECT_EQ(Measured(), 1u);
  EXPECT_NEAR(engine_->figures()->freshness_seconds().sum(), 0.4, 1e-9);
  EXPECT_NEAR(engine_->figures()->delivery_seconds().sum(), 0.1, 1e-9);
}

TEST_F(FreshnessTest, IsNotMeasuredWhileTheStoreOrTheSubscriberCatchesUp) {
  Take(/*first=*/true);
  Tell();
  Take(/*first=*/false, /*caught_up=*/true);  // the last message of what was there
  Tell();
  EXPECT_EQ(Measured(), 0u) << "what the store had is no news";
  Take(/*first=*/false);
  Tell(/*live=*/false);
  EXPECT_EQ(Measured(), 0u) << "a snapshot is no news";
  EXPECT_EQ(engine_->figures()->scores_sent(), 3u);
  Take(/*first=*/true);  // the store began another stream
  Tell();
  EXPECT_EQ(Measured(), 0u);
}

TEST_F(FreshnessTest, ARescoringIsNoEvent) {
  Take(/*first=*/true);
  CatchUp();
  ASSERT_TRUE(engine_->SwitchModel(MakeServedModel(testing::StraightLineModel(1), 2, "digest 2", {})).ok());
  ASSERT_TRUE(engine_->RescoreSome(10).ok());
  EXPECT_EQ(board_.last_sequence(), 2);
  Tell();
  EXPECT_EQ(Measured(), 0u);
  EXPECT_EQ(engine_->figures()->published(), 2u);
  EXPECT_EQ(engine_->figures()->scored(), 2u);
}

}  // namespace
}  // namespace ebb::scorer
