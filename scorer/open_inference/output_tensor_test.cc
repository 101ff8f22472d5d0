#include "scorer/open_inference/output_tensor.h"

#include <cstring>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "runtime/rpc/error_details.h"

namespace ebb::scorer {
namespace {

using ::testing::ElementsAre;

absl::StatusOr<std::vector<OutputTensor>> Requested(const std::string& text) {
  inference::ModelInferRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  return RequestedOutputs(request);
}

double RawNumber(const std::string& raw, size_t index) {
  double number = 0;
  std::memcpy(&number, raw.data() + index * sizeof(number), sizeof(number));
  return number;
}

TEST(OutputTensor, AllAreGivenWhereNoneIsNamedElseThoseThatAreInTheirOrder) {
  EXPECT_THAT(*Requested(""),
              ElementsAre(OutputTensor::kProbability, OutputTensor::kRankingScore, OutputTensor::kAtRisk));
  EXPECT_THAT(*Requested("outputs { name: 'at_risk' } outputs { name: 'probability' }"),
              ElementsAre(OutputTensor::kAtRisk, OutputTensor::kProbability));
}

TEST(OutputTensor, NamesTheFieldThatIsWrong) {
  const struct {
    const char* request;
    const char* field;
  } kCases[] = {
      {"outputs { name: 'label' }", "outputs[0].name"},
      {"outputs { name: 'at_risk' } outputs { name: 'at_risk' }", "outputs[1].name"},
      {"outputs { name: 'probability' parameters { key: 'classification' value { int64_param: 1 } } }",
       "outputs[0].parameters"},
      {"outputs { name: 'probability' parameters { key: 'shared_memory_region' value { string_param: 'r' } } }",
       "outputs[0].parameters"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = Requested(c.request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    const auto details = BadRequestOf(status);
    ASSERT_TRUE(details.has_value()) << status;
    EXPECT_EQ(details->field_violations(0).field(), c.field) << c.request;
  }
}

TEST(OutputTensor, ValuesAreRawAndKeepTheirBits) {
  const Score scores[] = {{.ranking_score = -1.0 / 3, .probability = 0.1}, {.ranking_score = 5, .probability = 0.75}};
  const OutputTensor outputs[] = {OutputTensor::kAtRisk, OutputTensor::kRankingScore, OutputTensor::kProbability};
  inference::ModelInferResponse response;
  AddOutputs(outputs, scores, /*risk_threshold=*/0.7, &response);
  std::vector<std::string> tensors;
  for (const auto& tensor : response.outputs()) tensors.push_back(tensor.ShortDebugString());
  EXPECT_THAT(tensors, ElementsAre("name: \"at_risk\" datatype: \"BOOL\" shape: 2",
                                   "name: \"ranking_score\" datatype: \"FP64\" shape: 2",
                                   "name: \"probability\" datatype: \"FP64\" shape: 2"));
  ASSERT_EQ(response.raw_output_contents_size(), 3);
  EXPECT_EQ(response.raw_output_contents(0), std::string("\0\1", 2));
  EXPECT_EQ(response.raw_output_contents(1).size(), 16);
  EXPECT_EQ(RawNumber(response.raw_output_contents(1), 0), -1.0 / 3);
  EXPECT_EQ(RawNumber(response.raw_output_contents(2), 1), 0.75);
}

TEST(OutputTensor, AProbabilityAtTheThresholdIsNotAtRisk) {
  const Score scores[] = {{.ranking_score = 0, .probability = 0.7}};
  const OutputTensor outputs[] = {OutputTensor::kAtRisk};
  inference::ModelInferResponse response;
  AddOutputs(outputs, scores, /*risk_threshold=*/0.7, &response);
  EXPECT_EQ(response.raw_output_contents(0), std::string("\0", 1));
}

}  // namespace
}  // namespace ebb::scorer
