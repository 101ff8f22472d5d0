#include "scorer/what_if_queries.h"

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "model/testing/models.h"
#include "runtime/rpc/error_details.h"
#include "scorer/testing/straight_line_model.h"

namespace ebb::scorer {
namespace {

class WhatIfQueriesTest : public ::testing::Test {
 protected:
  WhatIfQueriesTest() {
    TrainedModel model = testing_models::ModelOf({testing_models::Logistic()});
    model.segments = {.feature = "revenue", .lower = 20, .upper = 40};
    slot_.Set(MakeServedModel(std::move(model), 7, "digest", {.risk_threshold = 0.7}));
  }

  absl::StatusOr<v1::ScoreVectorResponse> ScoreVector(const std::string& request) const {
    v1::ScoreVectorRequest message;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(request, &message)) << request;
    return queries_.ScoreVector(message);
  }
  // What would be; an error fails the test.
  v1::VectorScore After(const std::string& request) const {
    const auto response = ScoreVector(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->after() : v1::VectorScore();
  }
  // Which field of a request is refused, and why.
  std::string Refusal(const std::string& request) const {
    const absl::Status status = ScoreVector(request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    const auto details = BadRequestOf(status);
    if (!details.has_value()) return "no field is named";
    return details->field_violations(0).field() + " " + details->field_violations(0).description();
  }

  std::map<std::string, KnownInputs, std::less<>> customers_ = {
      {"anna",
       {.vector = testing_models::Vector(5, 10, "premium"),
        .monthly_profit = 30,
        .as_of_micros = 1'700'000'000'000'000}},
      {"boris",
       {.vector = testing_models::Vector(5, 10, "premium"), .monthly_profit = std::nullopt, .as_of_micros = 0}}};
  ModelSlot slot_;
  const WhatIfQueries queries_{
      &slot_, [this](std::string_view id, const TrainedModel&) -> absl::StatusOr<std::optional<KnownInputs>> {
        const auto found = customers_.find(id);
        if (found == customers_.end()) return std::nullopt;
        return found->second;
      }};
};

TEST_F(WhatIfQueriesTest, ComparesACustomerWithHimselfChanged) {
  const auto response = ScoreVector("customer_id: 'anna' features { name: 'visits' number: 7 }");
  ASSERT_TRUE(response.ok()) << response.status();
  const TrainedModel& model = slot_.Get()->model;
  const Score before = model.ScoreOne(testing_models::Vector(5, 10, "premium"));
  const Score after = model.ScoreOne(testing_models::Vector(7, 10, "premium"));
  ASSERT_NE(before.probability, after.probability) << "the change must matter";
  EXPECT_EQ(response->before().probability(), before.probability);
  EXPECT_EQ(response->before().ranking_score(), before.ranking_score);
  EXPECT_EQ(response->after().probability(), after.probability);
  EXPECT_EQ(response->after().ranking_score(), after.ranking_score);
  EXPECT_EQ(response->after().monthly_profit(), 30);
  EXPECT_EQ(response->after().value_at_risk(), after.probability * 30);
  EXPECT_EQ(response->model_version(), 7);
  EXPECT_EQ(response->as_of().seconds(), 1'700'000'000);
}

TEST_F(WhatIfQueriesTest, TellsTheRevenueThatTheModelExpects) {
  const char request[] = "customer_id: 'clara' features { name: 'revenue' number: 1 }";
  customers_["clara"] = {.vector = {FeatureValue::Number(-1), FeatureValue::Number(50)}, .monthly_profit = 50};
  slot_.Set(MakeServedModel(testing::StraightLineModel(0), 1, "digest", {.risk_threshold = 0.7}));
  EXPECT_FALSE(After(request).has_expected_revenue()) << "the model has no forecast";
  EXPECT_FALSE(After(request).has_revenue_at_risk());
  slot_.Set(MakeServedModel(testing::StraightLineModelWithRevenue(0), 2, "digest", {.risk_threshold = 0.7}));
  const auto response = ScoreVector(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->before().expected_revenue(), 50);
  EXPECT_EQ(response->before().revenue_at_risk(), 50 * response->before().probability());
  EXPECT_EQ(response->after().expected_revenue(), 200);
  EXPECT_EQ(response->after().revenue_at_risk(), 200 * response->after().probability());
}

TEST_F(WhatIfQueriesTest, ScoresAVectorOfNobody) {
  const auto response =
      ScoreVector("features { name: 'visits' number: 7 } features { name: 'tier' category: 'premium' }");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_FALSE(response->has_before());
  EXPECT_FALSE(response->has_as_of());
  FeatureVector vector = testing_models::Vector(7, 0, "premium");
  vector[1] = {};
  EXPECT_EQ(response->after().probability(), slot_.Get()->model.ScoreOne(vector).probability);
  EXPECT_FALSE(response->after().has_value_at_risk());
}

TEST_F(WhatIfQueriesTest, TakesAFeatureAway) {
  FeatureVector vector = testing_models::Vector(5, 10, "premium");
  vector[0] = {};
  EXPECT_EQ(After("customer_id: 'anna' missing: 'visits'").ranking_score(),
            slot_.Get()->model.ScoreOne(vector).ranking_score);
}

TEST_F(WhatIfQueriesTest, TheProfitOfSegmentsCanBeSetAndTakenAway) {
  EXPECT_THAT(After("customer_id: 'anna' features { name: 'revenue' number: 50 }").segment(),
              ::testing::StartsWith("high_profit/"));
  EXPECT_THAT(After("customer_id: 'anna' missing: 'revenue'").segment(), ::testing::StartsWith("unknown_profit/"));
  EXPECT_THAT(After("customer_id: 'anna' missing: 'visits'").segment(), ::testing::StartsWith("middle_profit/"));
  EXPECT_THAT(After("customer_id: 'boris' missing: 'visits'").segment(), ::testing::StartsWith("unknown_profit/"));
}

TEST_F(WhatIfQueriesTest, RefusesByField) {
  EXPECT_EQ(Refusal("features { name: 'age' number: 7 }"), "features[0] names age, no feature of the model");
  EXPECT_EQ(Refusal("features { name: 'visits' number: 7 } features { name: 'visits' number: 8 }"),
            "features[1] names visits a second time");
  EXPECT_EQ(Refusal("features { name: 'visits' category: 'x' }"),
            "features[0] is no finite number, which visits must be");
  EXPECT_EQ(Refusal("missing: 'visits' missing: 'age'"), "missing[1] names age, no feature of the model");
  EXPECT_EQ(Refusal("missing: 'visits' missing: 'visits'"), "missing[1] names visits a second time");
  EXPECT_EQ(Refusal("features { name: 'visits' number: 7 } missing: 'visits'"),
            "missing[0] names visits, to which features gives a value");
}

TEST_F(WhatIfQueriesTest, NamesAnUnknownCustomer) {
  const absl::Status status = ScoreVector("customer_id: 'nobody' missing: 'visits'").status();
  EXPECT_EQ(status, absl::NotFoundError("no features of customer nobody are known"));
}

TEST_F(WhatIfQueriesTest, NeedsAModel) {
  slot_.Set(nullptr);
  EXPECT_EQ(ScoreVector("missing: 'visits'").status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace ebb::scorer
