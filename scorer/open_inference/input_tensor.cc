#include "scorer/open_inference/input_tensor.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/rpc/error_details.h"

namespace ebb::scorer {
namespace {

static_assert(std::endian::native == std::endian::little, "raw contents are copied as they are");

// Every integer up to here is a double.
constexpr int64_t kLargestExactInteger = int64_t{1} << std::numeric_limits<double>::digits;

// The rule that a value breaks; empty: it becomes a double exactly. Raw booleans are bytes.
template <typename Element>
absl::string_view BrokenRule(Element value) {
  if constexpr (std::is_floating_point_v<Element>) {
    if (std::isinf(value)) return "numbers must be finite, or NaN where they are missing";
  } else if constexpr (std::is_same_v<Element, int64_t>) {
    if (value < -kLargestExactInteger || value > kLargestExactInteger) {
      return "an INT64 beyond 2^53 is no exact number: send FP64";
    }
  } else if constexpr (std::is_same_v<Element, uint8_t>) {
    if (value > 1) return "the byte of a BOOL must be 0 or 1";
  }
  return {};
}

absl::Status WrongCount(const InputTensor& input, size_t rows, size_t values) {
  return InvalidField(input.field, absl::StrCat("(", input.tensor.name(), ") has ", values, " values of its datatype ",
                                                input.tensor.datatype(), ", its shape says ", rows));
}

absl::Status WrongDatatype(const InputTensor& input, absl::string_view wanted) {
  return InvalidField(absl::StrCat(input.field, ".datatype"),
                      absl::StrCat("is \"", input.tensor.datatype(), "\", ", input.tensor.name(), " must be ", wanted));
}

// `Element` is what one value is in raw contents, `typed` holds them otherwise.
template <typename Element, typename Typed>
absl::StatusOr<std::vector<double>> ConvertNumbers(const InputTensor& input, size_t rows, const Typed& typed) {
  if (input.raw != nullptr && input.raw->size() != rows * sizeof(Element)) {
    return InvalidField(input.field,
                        absl::StrCat("(", input.tensor.name(), ") has ", input.raw->size(), " bytes of raw contents, ",
                                     rows, " values of ", input.tensor.datatype(), " take ", rows * sizeof(Element)));
  }
  if (input.raw == nullptr && static_cast<size_t>(typed.size()) != rows) return WrongCount(input, rows, typed.size());
  std::vector<double> numbers(rows);
  for (size_t row = 0; row < rows; ++row) {
    Element value{};
    if (input.raw != nullptr) {
      std::memcpy(&value, input.raw->data() + row * sizeof(Element), sizeof(Element));
    } else {
      value = typed.Get(static_cast<int>(row));
    }
    if (const absl::string_view rule = BrokenRule(value); !rule.empty()) {
      return InvalidField(input.field,
                          absl::StrCat("(", input.tensor.name(), ") is ", value, " in row ", row, ": ", rule));
    }
    numbers[row] = static_cast<double>(value);
  }
  return numbers;
}

// Elements of raw BYTES, each after its length in four bytes.
absl::StatusOr<std::vector<std::string_view>> SplitRawBytes(const InputTensor& input, size_t rows) {
  std::vector<std::string_view> elements;
  elements.reserve(rows);
  for (std::string_view rest = *input.raw; !rest.empty();) {
    uint32_t length = 0;
    const bool has_length = rest.size() >= sizeof(length);
    if (has_length) std::memcpy(&length, rest.data(), sizeof(length));
    if (!has_length || rest.size() - sizeof(length) < length) {
      return InvalidField(input.field, absl::StrCat("(", input.tensor.name(), ") ends inside element ", elements.size(),
                                                    ": raw BYTES are, for each element, its length in four "
                                                    "little-endian bytes and then itself"));
    }
    elements.push_back(rest.substr(sizeof(length), length));
    rest.remove_prefix(sizeof(length) + length);
  }
  if (elements.size() != rows) return WrongCount(input, rows, elements.size());
  return elements;
}

}  // namespace

absl::StatusOr<size_t> RowsOf(const InputTensor& input, size_t most_rows) {
  const auto& shape = input.tensor.shape();
  const bool is_column = shape.size() == 1 || (shape.size() == 2 && shape[1] == 1);
  if (!is_column) {
    return InvalidField(absl::StrCat(input.field, ".shape"),
                        absl::StrCat("is [", absl::StrJoin(shape, ", "), "], must be [rows] or [rows, 1]"));
  }
  if (shape[0] < 1 || shape[0] > static_cast<int64_t>(most_rows)) {
    return InvalidField(absl::StrCat(input.field, ".shape"),
                        absl::StrCat("has ", shape[0], " rows, 1 to ", most_rows, " are allowed in one request"));
  }
  return static_cast<size_t>(shape[0]);
}

absl::StatusOr<std::vector<double>> ReadNumbers(const InputTensor& input, size_t rows) {
  const std::string& datatype = input.tensor.datatype();
  const inference::InferTensorContents& typed = input.tensor.contents();
  if (datatype == "FP64") return ConvertNumbers<double>(input, rows, typed.fp64_contents());
  if (datatype == "FP32") return ConvertNumbers<float>(input, rows, typed.fp32_contents());
  if (datatype == "INT64") return ConvertNumbers<int64_t>(input, rows, typed.int64_contents());
  if (datatype == "INT32") return ConvertNumbers<int32_t>(input, rows, typed.int_contents());
  if (datatype == "BOOL") return ConvertNumbers<uint8_t>(input, rows, typed.bool_contents());
  return WrongDatatype(input, "a number: FP64, FP32, INT64, INT32 or BOOL");
}

absl::StatusOr<std::vector<std::string_view>> ReadCategories(const InputTensor& input, size_t rows) {
  if (input.tensor.datatype() != "BYTES") return WrongDatatype(input, "a category: BYTES");
  if (input.raw != nullptr) return SplitRawBytes(input, rows);
  const auto& typed = input.tensor.contents().bytes_contents();
  if (static_cast<size_t>(typed.size()) != rows) return WrongCount(input, rows, typed.size());
  return std::vector<std::string_view>(typed.begin(), typed.end());
}

}  // namespace ebb::scorer
