#include "scorer/open_inference/input_tensor.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "runtime/rpc/error_details.h"

namespace ebb::scorer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The bytes of the values, one after the other, as numpy's tobytes gives them.
template <typename Element>
std::string RawOf(const std::vector<Element>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Element)};
}

// A tensor with its values, as a test writes them.
struct WrittenTensor {
  explicit WrittenTensor(const std::string& text) {
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString("name: 'visits' " + text, &tensor)) << text;
  }
  WrittenTensor(const std::string& text, std::string raw_contents) : WrittenTensor(text) {
    raw = std::move(raw_contents);
    is_raw = true;
  }
  InputTensor Input() const { return {.tensor = tensor, .raw = is_raw ? &raw : nullptr, .field = "inputs[3]"}; }

  inference::ModelInferRequest::InferInputTensor tensor;
  std::string raw;
  bool is_raw = false;
};

std::string FieldOf(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const auto details = BadRequestOf(status);
  return details.has_value() ? details->field_violations(0).field() : "no field is named";
}

TEST(InputTensor, IsAColumn) {
  const struct {
    const char* shape;
    int64_t rows;  // 0: refused
  } kCases[] = {{"shape: 1", 1},          {"shape: 4", 4},
                {"shape: 4 shape: 1", 4}, {"", 0},
                {"shape: 0", 0},          {"shape: -1", 0},
                {"shape: 5", 0},          {"shape: 4 shape: 2", 0},
                {"shape: 1 shape: 4", 0}, {"shape: 4 shape: 1 shape: 1", 0}};
  for (const auto& c : kCases) {
    const WrittenTensor written(c.shape);
    const auto rows = RowsOf(written.Input(), /*most_rows=*/4);
    if (c.rows == 0) {
      EXPECT_EQ(FieldOf(rows.status()), "inputs[3].shape") << c.shape;
    } else {
      ASSERT_TRUE(rows.ok()) << rows.status();
      EXPECT_EQ(static_cast<int64_t>(*rows), c.rows) << c.shape;
    }
  }
}

TEST(InputTensor, ReadsEveryKindOfNumberTypedAndRaw) {
  constexpr int64_t kTwoTo53 = int64_t{1} << 53;
  const struct {
    WrittenTensor written;
    std::vector<double> want;
  } kCases[] = {
      {WrittenTensor("datatype: 'FP64' contents { fp64_contents: [0.1, -2] }"), {0.1, -2}},
      {WrittenTensor("datatype: 'FP64'", RawOf<double>({0.1, -2})), {0.1, -2}},
      {WrittenTensor("datatype: 'FP32' contents { fp32_contents: [0.1, 2] }"), {static_cast<double>(0.1F), 2}},
      {WrittenTensor("datatype: 'FP32'", RawOf<float>({0.1F, 2})), {static_cast<double>(0.1F), 2}},
      {WrittenTensor("datatype: 'INT64' contents { int64_contents: [-9007199254740992, 3] }"), {-0x1p53, 3}},
      {WrittenTensor("datatype: 'INT64'", RawOf<int64_t>({kTwoTo53, 3})), {0x1p53, 3}},
      {WrittenTensor("datatype: 'INT32' contents { int_contents: [-5, 2147483647] }"), {-5, 2147483647}},
      {WrittenTensor("datatype: 'INT32'", RawOf<int32_t>({-5, 7})), {-5, 7}},
      {WrittenTensor("datatype: 'BOOL' contents { bool_contents: [true, false] }"), {1, 0}},
      {WrittenTensor("datatype: 'BOOL'", RawOf<char>({1, 0})), {1, 0}},
  };
  for (const auto& c : kCases) {
    const auto numbers = ReadNumbers(c.written.Input(), 2);
    ASSERT_TRUE(numbers.ok()) << c.written.tensor.ShortDebugString() << ": " << numbers.status();
    EXPECT_EQ(*numbers, c.want) << c.written.tensor.ShortDebugString();
  }
}

TEST(InputTensor, ANumberThatIsNaNIsMissing) {
  for (const WrittenTensor& written : {WrittenTensor("datatype: 'FP64' contents { fp64_contents: nan }"),
                                       WrittenTensor("datatype: 'FP32' contents { fp32_contents: nan }")}) {
    const auto numbers = ReadNumbers(written.Input(), 1);
    ASSERT_TRUE(numbers.ok()) << numbers.status();
    EXPECT_TRUE(std::isnan(numbers->front()));
  }
}

TEST(InputTensor, RefusesNumbersThatAreNotExactOrNotThere) {
  const struct {
    WrittenTensor written;
    const char* field;
    const char* says;
  } kCases[] = {
      {WrittenTensor("datatype: 'FP64' contents { fp64_contents: [1, inf] }"), "inputs[3]", "is inf in row 1"},
      {WrittenTensor("datatype: 'FP32'", RawOf<float>({1, -static_cast<float>(kInfinity)})), "inputs[3]",
       "is -inf in row 1"},
      {WrittenTensor("datatype: 'INT64' contents { int64_contents: [1, 9007199254740993] }"), "inputs[3]",
       "is 9007199254740993 in row 1"},
      {WrittenTensor("datatype: 'INT64' contents { int64_contents: [-9223372036854775808, 1] }"), "inputs[3]",
       "in row 0"},
      {WrittenTensor("datatype: 'BOOL'", RawOf<char>({0, 2})), "inputs[3]", "is 2 in row 1"},
      {WrittenTensor("datatype: 'FP64' contents { fp64_contents: 1 }"), "inputs[3]",
       "has 1 values of its datatype FP64, its shape says 2"},
      {WrittenTensor("datatype: 'FP64' contents { fp32_contents: [1, 2] }"), "inputs[3]", "has 0 values"},
      {WrittenTensor("datatype: 'FP64'"), "inputs[3]", "has 0 values"},
      {WrittenTensor("datatype: 'FP64'", std::string(15, '\0')), "inputs[3]", "15 bytes"},
      {WrittenTensor("datatype: 'FP32'", RawOf<double>({1, 2})), "inputs[3]", "2 values of FP32 take 8"},
      {WrittenTensor("datatype: 'UINT8'", "ab"), "inputs[3].datatype", "is \"UINT8\", visits must be a number"},
      {WrittenTensor("datatype: 'BYTES' contents { bytes_contents: ['1', '2'] }"), "inputs[3].datatype", "BYTES"},
      {WrittenTensor(""), "inputs[3].datatype", "is \"\""},
  };
  for (const auto& c : kCases) {
    const absl::Status status = ReadNumbers(c.written.Input(), 2).status();
    EXPECT_EQ(FieldOf(status), c.field) << c.written.tensor.ShortDebugString();
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.says)) << c.written.tensor.ShortDebugString();
  }
}

TEST(InputTensor, ReadsCategoriesTypedAndRaw) {
  const WrittenTensor typed("datatype: 'BYTES' contents { bytes_contents: ['gold', '', 'tin'] }");
  const WrittenTensor raw("datatype: 'BYTES'", std::string("\4\0\0\0gold\0\0\0\0\3\0\0\0tin", 19));
  for (const WrittenTensor& written : {typed, raw}) {
    const auto categories = ReadCategories(written.Input(), 3);
    ASSERT_TRUE(categories.ok()) << categories.status();
    EXPECT_THAT(*categories, ElementsAre("gold", "", "tin"));
  }
}

TEST(InputTensor, RefusesCategoriesThatAreCutOrNotThere) {
  const struct {
    WrittenTensor written;
    const char* field;
    const char* says;
  } kCases[] = {
      {WrittenTensor("datatype: 'BYTES'", std::string("\4\0\0\0gold\3\0\0\0ti", 14)), "inputs[3]",
       "ends inside element 1"},
      {WrittenTensor("datatype: 'BYTES'", std::string("\4\0\0\0gold\3\0", 10)), "inputs[3]", "ends inside element 1"},
      {WrittenTensor("datatype: 'BYTES'", "\xff\xff\xff\xff"), "inputs[3]", "ends inside element 0"},
      {WrittenTensor("datatype: 'BYTES'", std::string("\4\0\0\0gold", 8)), "inputs[3]", "has 1 values"},
      {WrittenTensor("datatype: 'BYTES'", std::string(12, '\0')), "inputs[3]", "has 3 values"},
      {WrittenTensor("datatype: 'BYTES' contents { bytes_contents: 'gold' }"), "inputs[3]", "has 1 values"},
      {WrittenTensor("datatype: 'FP64' contents { fp64_contents: [1, 2] }"), "inputs[3].datatype", "a category: BYTES"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = ReadCategories(c.written.Input(), 2).status();
    EXPECT_EQ(FieldOf(status), c.field) << c.says;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.says));
  }
}

}  // namespace
}  // namespace ebb::scorer
