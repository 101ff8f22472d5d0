#include "scorer/open_inference/inference_queries.h"

#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "model/testing/models.h"

namespace ebb::scorer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

bool NeverCancelled() { return false; }

std::vector<double> Numbers(const std::string& raw) {
  std::vector<double> numbers(raw.size() / sizeof(double));
  std::memcpy(numbers.data(), raw.data(), raw.size());
  return numbers;
}

class InferenceQueriesTest : public ::testing::Test {
 protected:
  void Serve(int64_t version, Estimator estimator) {
    slot_.Set(
        MakeServedModel(testing_models::ModelOf({std::move(estimator)}), version, "digest", {.risk_threshold = 0.7}));
  }
  bool IsReady(const std::string& name, const std::string& version) const {
    inference::ModelReadyRequest request;
    request.set_name(name);
    request.set_version(version);
    return queries_.IsModelReady(request);
  }
  absl::StatusOr<inference::ModelInferResponse> Infer(const std::string& text) const {
    inference::ModelInferRequest request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
    return queries_.Infer(request, NeverCancelled);
  }
  // More rows than are scored at once.
  static inference::ModelInferRequest ManyRows(int rows) {
    inference::ModelInferRequest request;
    request.set_model_name("decline");
    auto* visits = request.add_inputs();
    visits->set_name("visits");
    visits->set_datatype("FP64");
    visits->add_shape(rows);
    auto* tier = request.add_inputs();
    tier->set_name("tier");
    tier->set_datatype("BYTES");
    tier->add_shape(rows);
    for (int i = 0; i < rows; ++i) {
      visits->mutable_contents()->add_fp64_contents(i % 97);
      tier->mutable_contents()->add_bytes_contents(i % 3 == 0 ? "premium" : i % 3 == 1 ? "standard" : "");
    }
    return request;
  }
  // What the model itself says of the same rows, one by one.
  static std::vector<double> Probabilities(const inference::ModelInferRequest& request, Estimator estimator) {
    const TrainedModel model = testing_models::ModelOf({std::move(estimator)});
    std::vector<double> probabilities;
    for (int i = 0; i < request.inputs(0).contents().fp64_contents_size(); ++i) {
      FeatureVector vector(model.schema.size());
      vector[0].number = request.inputs(0).contents().fp64_contents(i);
      vector[2].category = request.inputs(1).contents().bytes_contents(i);
      probabilities.push_back(model.ScoreOne(vector).probability);
    }
    return probabilities;
  }

  ModelSlot slot_;
  const InferenceQueries queries_{&slot_};
};

constexpr const char* kOneRow = "inputs { name: 'visits' datatype: 'FP64' shape: 1 contents { fp64_contents: 5 } }";

TEST_F(InferenceQueriesTest, IsReadyFromTheFirstModelOn) {
  EXPECT_FALSE(queries_.IsServerReady());
  EXPECT_FALSE(IsReady("decline", ""));
  Serve(7, testing_models::Logistic());
  EXPECT_TRUE(queries_.IsServerReady());
  EXPECT_TRUE(IsReady("decline", ""));
  EXPECT_TRUE(IsReady("decline", "7"));
  EXPECT_FALSE(IsReady("decline", "6"));
  EXPECT_FALSE(IsReady("decline", "07"));
  EXPECT_FALSE(IsReady("churn", ""));
}

TEST_F(InferenceQueriesTest, MetadataAreTheInputsOfTheModelAndNotWhatOnlySegmentsRead) {
  Serve(7, testing_models::Logistic());
  inference::ModelMetadataRequest request;
  request.set_name("decline");
  const auto metadata = queries_.ModelMetadata(request);
  ASSERT_TRUE(metadata.ok()) << metadata.status();
  inference::ModelMetadataResponse want;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
    name: 'decline' versions: '7' platform: 'ebb_model'
    inputs { name: 'visits' datatype: 'FP64' shape: -1 }
    inputs { name: 'revenue' datatype: 'FP64' shape: -1 }
    inputs { name: 'tier' datatype: 'BYTES' shape: -1 }
    outputs { name: 'probability' datatype: 'FP64' shape: -1 }
    outputs { name: 'ranking_score' datatype: 'FP64' shape: -1 }
    outputs { name: 'at_risk' datatype: 'BOOL' shape: -1 })",
                                                            &want));
  EXPECT_EQ(metadata->DebugString(), want.DebugString());
}

TEST_F(InferenceQueriesTest, AnswersWithTheModelsOwnScore) {
  Serve(7, testing_models::Logistic());
  const auto response =
      Infer(absl::StrCat("model_name: 'decline' id: 'call 1' ", kOneRow,
                         "inputs { name: 'revenue' datatype: 'INT32' shape: 1 contents { int_contents: 10 } }"
                         "inputs { name: 'tier' datatype: 'BYTES' shape: 1 contents { bytes_contents: 'premium' } }"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->model_name(), "decline");
  EXPECT_EQ(response->model_version(), "7");
  EXPECT_EQ(response->id(), "call 1");
  const Score alone =
      testing_models::ModelOf({testing_models::Logistic()}).ScoreOne(testing_models::Vector(5, 10, "premium"));
  ASSERT_EQ(response->raw_output_contents_size(), 3);
  EXPECT_THAT(Numbers(response->raw_output_contents(0)), ElementsAre(alone.probability));
  EXPECT_THAT(Numbers(response->raw_output_contents(1)), ElementsAre(alone.ranking_score));
  EXPECT_EQ(response->raw_output_contents(2), std::string(1, alone.probability > 0.7 ? '\1' : '\0'));
}

TEST_F(InferenceQueriesTest, ABatchHasTheBitsOfItsRowsScoredAlone) {
  Serve(7, testing_models::Boosting());
  const inference::ModelInferRequest request = ManyRows(1'300);  // two chunks and a part
  const auto response = queries_.Infer(request, NeverCancelled);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(Numbers(response->raw_output_contents(0)), Probabilities(request, testing_models::Boosting()));
}

TEST_F(InferenceQueriesTest, AModelSwitchInTheMiddleOfABatchMixesNothing) {
  Serve(7, testing_models::Logistic());
  const inference::ModelInferRequest request = ManyRows(1'300);
  int looks = 0;
  const auto response = queries_.Infer(request, [&] {
    if (++looks == 2) Serve(8, testing_models::Tree());  // after the first chunk
    return false;
  });
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_GE(looks, 3);
  EXPECT_EQ(response->model_version(), "7");
  EXPECT_EQ(Numbers(response->raw_output_contents(0)), Probabilities(request, testing_models::Logistic()));
  EXPECT_EQ(queries_.Infer(request, NeverCancelled)->model_version(), "8");
}

TEST_F(InferenceQueriesTest, StopsForACallerWhoHasGone) {
  Serve(7, testing_models::Logistic());
  int looks = 0;
  const auto response = queries_.Infer(ManyRows(1'300), [&] { return ++looks == 2; });
  EXPECT_EQ(response.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(looks, 2);
}

TEST_F(InferenceQueriesTest, SaysWhichModelIsServed) {
  const absl::Status none = Infer(absl::StrCat("model_name: 'decline' ", kOneRow)).status();
  EXPECT_EQ(none.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(none.message()), HasSubstr("train one"));

  Serve(7, testing_models::Logistic());
  const struct {
    const char* model;
    const char* says;
  } kCases[] = {
      {"model_name: 'churn'", "`model_name` is \"churn\", the one model served here is \"decline\""},
      {"", "`model_name` is \"\""},
      {"model_name: 'decline' model_version: '6'",
       "`model_version` is \"6\", the champion in force is version 7 and no other is served"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = Infer(absl::StrCat(c.model, " ", kOneRow)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << c.model;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.says));
  }
  EXPECT_TRUE(Infer(absl::StrCat("model_name: 'decline' model_version: '7' ", kOneRow)).ok());
  inference::ModelMetadataRequest other;
  other.set_name("decline");
  other.set_version("8");
  EXPECT_THAT(std::string(queries_.ModelMetadata(other).status().message()), HasSubstr("`version` is \"8\""));
}

}  // namespace
}  // namespace ebb::scorer
