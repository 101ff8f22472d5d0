#include "scorer/segments/segment_queries.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scorer/rocks_score_table.h"
#include "scorer/testing/straight_line_model.h"
#include "tests/support/process.h"

namespace ebb::scorer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kDeclared[] = R"pb(
  segments {
    name: "rich"
    description { en: "Earn much." }
    who {
      all_of {
        value: MONTHLY_PROFIT
        number { above: 60 }
      }
    }
  }
  segments {
    name: "rich_at_risk"
    who {
      all_of { segment: "rich" }
      all_of {
        value: RISK_BAND
        category { one_of: "at_risk" }
      }
    }
  }
  segments {
    name: "tall"
    who {
      all_of {
        feature: "height"
        number { above: 2 }
      }
    }
  }
)pb";

// A scorer's inside with five customers: probability 0.5 + revenue / 10, so that revenue above 2 is at risk.
class SegmentQueriesTest : public ::testing::Test {
 protected:
  SegmentQueriesTest() {
    auto table = OpenRocksScoreTable(folder_.path() + "/scores", /*create=*/true);
    EXPECT_TRUE(table.ok()) << table.status();
    table_ = *std::move(table);
    auto catalogue = SegmentCatalogue::Parse(kDeclared, "test");
    EXPECT_TRUE(catalogue.ok()) << catalogue.status();
    catalogue_ = std::make_shared<SegmentCatalogue>(*catalogue);
    engine_ = std::make_unique<ScoringEngine>(ScoringEngine::Options{}, table_.get(), &board_, &slot_, &clock_, [] {});
    EXPECT_TRUE(engine_->Load(nullptr).ok());
  }

  void Serve() {
    const auto model =
        MakeServedModel(testing::StraightLineModel(0), 1, "digest", {.risk_threshold = 0.7, .segments = catalogue_});
    ASSERT_TRUE(engine_->SwitchModel(model).ok());
    v1::WatchFeaturesResponse message;
    for (const char* name : {"revenue", "profit"}) {
      v1::FeatureSpec* feature = message.mutable_schema()->add_features();
      feature->set_name(name);
      feature->set_kind(v1::NUMBER);
      feature->set_role(feature->name() == "profit" ? v1::SEGMENT : v1::INPUT);
    }
    const struct {
      const char* id;
      double revenue, profit;
    } rows[] = {{"anna", 3, 100}, {"boris", 1, 80}, {"clara", 0, 20}, {"dora", -1, 30}, {"egor", -2, 10}};
    for (const auto& row : rows) {
      v1::CustomerFeatures* customer = message.add_customers();
      customer->set_customer_id(row.id);
      customer->mutable_vector()->mutable_as_of()->set_seconds(1'000);
      customer->mutable_vector()->add_values()->set_number(row.revenue);
      customer->mutable_vector()->add_values()->set_number(row.profit);
    }
    message.set_resume_token("t");
    ASSERT_TRUE(engine_->TakeFeatures(message).ok());
  }

  const ebb::testing::TemporaryFolder folder_;
  ManualClock clock_{absl::FromUnixSeconds(2'000)};
  std::unique_ptr<ScoreTable> table_;
  ScoreBoard board_;
  ModelSlot slot_;
  std::shared_ptr<const SegmentCatalogue> catalogue_;
  std::unique_ptr<ScoringEngine> engine_;
};

v1::CheckSegmentsRequest Check(const std::string& customer_id, const std::vector<std::string>& segments = {}) {
  v1::CheckSegmentsRequest request;
  request.set_customer_id(customer_id);
  request.mutable_segments()->Add(segments.begin(), segments.end());
  return request;
}

v1::ProfileSegmentRequest Profile(const std::string& segment) {
  v1::ProfileSegmentRequest request;
  request.set_segment(segment);
  return request;
}

TEST_F(SegmentQueriesTest, SegmentsAreCountedAndTheirRulesRead) {
  Serve();
  const SegmentQueries queries(&board_, &slot_, engine_.get(), catalogue_.get());
  const auto response = queries.ListSegments();
  ASSERT_TRUE(response.ok()) << response.status();
  std::vector<std::string> lines;
  for (const v1::SegmentCount& count : response->segments()) {
    lines.push_back(absl::StrCat(count.definition().name(), ": ", count.customers(), ", ", count.customer_share(),
                                 ", profit ", count.profit_sum(), ", ", count.rule(),
                                 count.problem().empty() ? "" : " (cannot be told)"));
  }
  EXPECT_THAT(lines, ElementsAre("rich: 2, 0.4, profit 180, monthly_profit > 60",
                                 "rich_at_risk: 1, 0.2, profit 100, in segment rich and risk_band is at_risk",
                                 "tall: 0, 0, profit 0, height > 2 (cannot be told)"));
  EXPECT_EQ(response->risk().threshold(), 0.7);
  EXPECT_EQ(response->risk().leave_below(), 0.65);
}

TEST_F(SegmentQueriesTest, ACustomersSegmentsAreExplainedConditionByCondition) {
  Serve();
  const SegmentQueries queries(&board_, &slot_, engine_.get(), catalogue_.get());
  const auto response = queries.CheckSegments(Check("boris"));
  ASSERT_TRUE(response.ok()) << response.status();
  std::vector<std::string> lines;
  for (const v1::SegmentCheck& check : response->segments()) {
    lines.push_back(absl::StrCat(check.segment(), check.member() ? " yes" : " no"));
    for (const v1::ConditionCheck& condition : check.conditions()) {
      lines.push_back(
          absl::StrCat("  ", condition.condition(), ": ", condition.value(), condition.holds() ? " yes" : " no"));
    }
  }
  EXPECT_THAT(lines, ElementsAre("rich yes", "  monthly_profit > 60: 80 yes", "rich_at_risk no",
                                 "  in segment rich: in it yes", "  risk_band is at_risk: stable no", "tall no"));
  EXPECT_THAT(response->segments(2).problem(), HasSubstr("the store has no number height"));
  EXPECT_THAT(response->score().named_segments(), ElementsAre("rich"));
  EXPECT_EQ(queries.CheckSegments(Check("anna", {"rich_at_risk"}))->segments_size(), 1);
}

TEST_F(SegmentQueriesTest, APortraitSetsASegmentAgainstEverybodyElse) {
  Serve();
  const SegmentQueries queries(&board_, &slot_, engine_.get(), catalogue_.get());
  const auto profile = queries.ProfileSegment(Profile("rich"));
  ASSERT_TRUE(profile.ok()) << profile.status();
  EXPECT_EQ(profile->customers(), 2);
  EXPECT_EQ(profile->others(), 3);
  EXPECT_EQ(profile->description().en(), "Earn much.");
  std::vector<std::string> lines;
  for (const v1::FeatureProfile& feature : profile->features()) {
    lines.push_back(absl::StrCat(feature.name(), " ", feature.difference(), " ", feature.segment_numbers().median(),
                                 " / ", feature.other_numbers().median()));
  }
  EXPECT_THAT(lines, ElementsAre("revenue 1 2 / -1", "profit 1 90 / 20", "probability 1 0.7 / 0.4",
                                 "monthly_profit 1 90 / 20", "value_at_risk 1 64 / 10"));
  EXPECT_EQ(queries.ProfileSegment(Profile("high_profit/stable"))->customers(), 0)
      << "a cell of profit × risk is one, too";
}

TEST_F(SegmentQueriesTest, WhatIsNotThereIsNamed) {
  const SegmentQueries queries(&board_, &slot_, engine_.get(), catalogue_.get());
  EXPECT_EQ(queries.ListSegments().status().code(), absl::StatusCode::kFailedPrecondition) << "no model yet";
  Serve();
  EXPECT_EQ(queries.CheckSegments(Check("nobody")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(queries.CheckSegments(Check("")).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(queries.ProfileSegment(Profile("")).status().code(), absl::StatusCode::kInvalidArgument);
  for (const absl::Status& status :
       {queries.CheckSegments(Check("anna", {"poor"})).status(), queries.ProfileSegment(Profile("poor")).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
    EXPECT_THAT(std::string(status.message()), HasSubstr("`poor` is not declared; there are rich, rich_at_risk, tall"));
  }
}

}  // namespace
}  // namespace ebb::scorer
