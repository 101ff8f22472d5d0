#include "scorer/explanation_queries.h"

#include <map>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "model/testing/models.h"
#include "runtime/rpc/error_details.h"

namespace ebb::scorer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ExplanationQueriesTest : public ::testing::Test {
 protected:
  void Serve(TrainedModel model) { slot_.Set(MakeServedModel(std::move(model), 7, "digest", {.risk_threshold = 0.7})); }

  absl::StatusOr<v1::ExplainResponse> Explain(const std::string& request) const {
    v1::ExplainRequest message;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(request, &message)) << request;
    return queries_.Explain(message);
  }
  // Which field of a request is refused, and why.
  std::string Refusal(const std::string& request) const {
    const absl::Status status = Explain(request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    const auto details = BadRequestOf(status);
    if (!details.has_value()) return "no field is named";
    return details->field_violations(0).field() + " " + details->field_violations(0).description();
  }

  std::map<std::string, FeatureVector, std::less<>> customers_ = {{"anna", testing_models::Vector(5, 10, "premium")}};
  ModelSlot slot_;
  const ExplanationQueries queries_{
      &slot_, [this](std::string_view id, const TrainedModel&) -> absl::StatusOr<std::optional<KnownInputs>> {
        const auto found = customers_.find(id);
        if (found == customers_.end()) return std::nullopt;
        return KnownInputs{
            .vector = found->second, .monthly_profit = std::nullopt, .as_of_micros = 1'700'000'000'000'000};
      }};
};

std::vector<std::string> Lines(const v1::Explanation& explanation) {
  std::vector<std::string> lines;
  for (const v1::Contribution& c : explanation.contributions()) {
    std::ostringstream line;
    line << c.feature() << " (" << c.group() << ") " << c.category();
    if (c.has_number()) line << c.number();
    line << ": " << c.contribution();
    lines.push_back(line.str());
  }
  return lines;
}

TEST_F(ExplanationQueriesTest, TellsTheGreatestContributionsFirst) {
  Serve(testing_models::ModelOf({testing_models::Logistic()}));
  const auto response = Explain("customer_ids: 'nobody' customer_ids: 'anna'");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->not_found(), ElementsAre("nobody"));
  ASSERT_EQ(response->explanations_size(), 1);
  const v1::Explanation& anna = response->explanations(0);
  EXPECT_EQ(anna.customer_id(), "anna");
  EXPECT_EQ(anna.scale(), v1::LOG_ODDS);
  EXPECT_EQ(anna.method(), v1::EXACT_LINEAR);
  EXPECT_EQ(anna.background_rows(), 1);
  EXPECT_EQ(anna.model_version(), 7);
  EXPECT_EQ(anna.as_of().seconds(), 1'700'000'000);
  EXPECT_THAT(Lines(anna),
              ElementsAre("tier (communication) premium: -6", "visits (site) 5: 1", "revenue (purchase) 10: 0"));
  EXPECT_EQ(anna.base() - 5, anna.score());
  EXPECT_GT(anna.probability(), 0);
  EXPECT_TRUE(anna.contributions(1).lever());
  EXPECT_FALSE(anna.contributions(0).has_standard_error());
}

TEST_F(ExplanationQueriesTest, ExplainsAVectorWhoseOtherInputsAreMissing) {
  Serve(testing_models::ModelOf({testing_models::Logistic()}));
  const auto response = Explain("features { name: 'visits' number: 7 }");
  ASSERT_TRUE(response.ok()) << response.status();
  const v1::Explanation& vector = response->explanations(0);
  EXPECT_EQ(vector.customer_id(), "");
  EXPECT_FALSE(vector.has_as_of());
  EXPECT_EQ(vector.contributions(0).contribution(), 2);
  EXPECT_EQ(vector.contributions(1).value_case(), v1::Contribution::VALUE_NOT_SET);
}

TEST_F(ExplanationQueriesTest, SamplesTheProbabilityWithStandardErrors) {
  Serve(testing_models::ModelOf({testing_models::Logistic(), testing_models::Tree()}));
  const auto response = Explain("customer_ids: 'anna' probability_scale: true");
  ASSERT_TRUE(response.ok()) << response.status();
  const v1::Explanation& anna = response->explanations(0);
  EXPECT_EQ(anna.scale(), v1::PROBABILITY);
  EXPECT_EQ(anna.method(), v1::SAMPLED);
  EXPECT_EQ(anna.score(), anna.probability());
  double sum = anna.base();
  for (const v1::Contribution& contribution : anna.contributions()) {
    EXPECT_TRUE(contribution.has_standard_error());
    sum += contribution.contribution();
  }
  EXPECT_NEAR(sum, anna.score(), 1e-9);
}

TEST_F(ExplanationQueriesTest, RefusesByField) {
  Serve(testing_models::ModelOf({testing_models::Logistic()}));
  EXPECT_THAT(Refusal(""), HasSubstr("customer_ids has 0 customers, 1 to 10 are allowed"));
  std::string many;
  for (int i = 0; i < 11; ++i) many += "customer_ids: 'c' ";
  EXPECT_THAT(Refusal(many), HasSubstr("customer_ids has 11 customers"));
  EXPECT_THAT(Refusal("customer_ids: 'c' features { name: 'visits' number: 1 }"), HasSubstr("features stands beside"));
  EXPECT_THAT(Refusal("features { name: 'luck' number: 1 }"), HasSubstr("features[0] names luck"));
  EXPECT_THAT(Refusal("features { name: 'visits' category: 'a' }"), HasSubstr("features[0] is no finite number"));
  EXPECT_THAT(Refusal("features { name: 'visits' number: inf }"), HasSubstr("features[0] is no finite number"));
  EXPECT_THAT(Refusal("features { name: 'tier' number: 1 }"), HasSubstr("features[0] is no category"));
  EXPECT_THAT(Refusal("features { name: 'visits' number: 1 } features { name: 'visits' number: 1 }"),
              HasSubstr("features[1] names visits a second time"));
}

TEST_F(ExplanationQueriesTest, NeedsAModel) {
  EXPECT_EQ(Explain("customer_ids: 'anna'").status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace ebb::scorer
