#include "scorer/open_inference/input_batch.h"

#include <cmath>
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

inference::ModelInferRequest WrittenRequest(const std::string& text) {
  inference::ModelInferRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  return request;
}

// The rows as a model reads them, features parted by commas.
std::vector<std::string> Rows(const InputBatch& batch, size_t first, size_t count) {
  std::vector<FeatureVector> vectors(count, FeatureVector(testing_models::Schema().size()));
  batch.Fill(first, vectors);
  std::vector<std::string> rows;
  for (const FeatureVector& vector : vectors) {
    std::ostringstream row;
    row << vector[0].number << "," << vector[1].number << "," << vector[2].category << "," << vector[3].number;
    rows.push_back(row.str());
  }
  return rows;
}

// Which field of a request is refused.
std::string RefusedField(const std::string& text) {
  const absl::Status status = InputBatch::Read(WrittenRequest(text), testing_models::Schema()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
  const auto details = BadRequestOf(status);
  return details.has_value() ? details->field_violations(0).field() : "no field is named";
}

TEST(InputBatch, PutsTensorsOfAnyOrderIntoTheModelsVectors) {
  const auto request = WrittenRequest(R"(
    inputs { name: 'tier' datatype: 'BYTES' shape: 3 contents { bytes_contents: ['premium', '', 'standard'] } }
    inputs { name: 'revenue' datatype: 'FP64' shape: [3, 1] contents { fp64_contents: [10, nan, 12.5] } }
    inputs { name: 'visits' datatype: 'INT64' shape: 3 contents { int64_contents: [1, 2, 3] } })");
  const auto batch = InputBatch::Read(request, testing_models::Schema());
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(batch->rows(), 3);
  EXPECT_THAT(Rows(*batch, 0, 3), ElementsAre("1,10,premium,nan", "2,nan,,nan", "3,12.5,standard,nan"));
  EXPECT_THAT(Rows(*batch, 1, 1), ElementsAre("2,nan,,nan"));
}

TEST(InputBatch, InputsThatAreLeftOutAreMissing) {
  const auto request =
      WrittenRequest("inputs { name: 'visits' datatype: 'FP64' shape: 1 contents { fp64_contents: 7 } }");
  const auto batch = InputBatch::Read(request, testing_models::Schema());
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_THAT(Rows(*batch, 0, 1), ElementsAre("7,nan,,nan"));
}

TEST(InputBatch, AVectorIsUsedAgainWithoutATraceOfTheRowBefore) {
  const auto request = WrittenRequest(R"(
    inputs { name: 'tier' datatype: 'BYTES' shape: 2 contents { bytes_contents: ['premium', ''] } }
    inputs { name: 'visits' datatype: 'FP64' shape: 2 contents { fp64_contents: [1, nan] } })");
  const auto batch = InputBatch::Read(request, testing_models::Schema());
  ASSERT_TRUE(batch.ok()) << batch.status();
  std::vector<FeatureVector> vectors(1, FeatureVector(testing_models::Schema().size()));
  batch->Fill(0, vectors);
  EXPECT_EQ(vectors[0][2].category, "premium");
  batch->Fill(1, vectors);
  EXPECT_EQ(vectors[0][2].category, "");
  EXPECT_TRUE(std::isnan(vectors[0][0].number));
}

TEST(InputBatch, ReadsRawContentsInTheOrderOfTheInputs) {
  auto request = WrittenRequest(R"(
    inputs { name: 'tier' datatype: 'BYTES' shape: 2 } inputs { name: 'visits' datatype: 'BOOL' shape: 2 })");
  request.add_raw_input_contents(std::string("\2\0\0\0ab\0\0\0\0", 10));
  request.add_raw_input_contents(std::string("\1\0", 2));
  const auto batch = InputBatch::Read(request, testing_models::Schema());
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_THAT(Rows(*batch, 0, 2), ElementsAre("1,nan,ab,nan", "0,nan,,nan"));
}

TEST(InputBatch, NamesTheFieldThatIsWrong) {
  const std::string visits = "inputs { name: 'visits' datatype: 'FP64' shape: 1 contents { fp64_contents: 1 } } ";
  const struct {
    std::string request;
    const char* field;
  } kCases[] = {
      {"", "inputs"},
      {visits + "inputs { name: 'colour' datatype: 'FP64' shape: 1 contents { fp64_contents: 1 } }", "inputs[1].name"},
      // Known to the model, but only segments read it.
      {visits + "inputs { name: 'profit' datatype: 'FP64' shape: 1 contents { fp64_contents: 1 } }", "inputs[1].name"},
      {visits + visits, "inputs[1].name"},
      {visits + "inputs { name: 'revenue' datatype: 'FP64' shape: 2 contents { fp64_contents: [1, 2] } }",
       "inputs[1].shape"},
      {"inputs { name: 'visits' datatype: 'FP64' shape: 10001 }", "inputs[0].shape"},
      {"inputs { name: 'visits' datatype: 'FP64' shape: 1 } inputs { name: 'revenue' datatype: 'FP64' shape: 1 } "
       "raw_input_contents: '12345678'",
       "raw_input_contents"},
      {visits + "raw_input_contents: '12345678'", "inputs[0].contents"},
      {"inputs { name: 'visits' datatype: 'FP64' shape: 1 parameters { key: 'shared_memory_region' value { "
       "string_param: 'r' } } }",
       "inputs[0].parameters"},
      {"inputs { name: 'tier' datatype: 'FP64' shape: 1 contents { fp64_contents: 1 } }", "inputs[0].datatype"},
      {"inputs { name: 'visits' datatype: 'FP64' shape: 1 contents { fp64_contents: inf } }", "inputs[0]"},
  };
  for (const auto& c : kCases) EXPECT_EQ(RefusedField(c.request), c.field) << c.request;
}

}  // namespace
}  // namespace ebb::scorer
