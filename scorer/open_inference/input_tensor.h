// The values of one input tensor of the Open Inference Protocol, whichever way they came.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "inference/open_inference_grpc.pb.h"

namespace ebb::scorer {

// One input of a request. Borrows the request.
struct InputTensor {
  const inference::ModelInferRequest::InferInputTensor& tensor;
  const std::string* raw = nullptr;  // its part of raw_input_contents; null: the values are in tensor.contents
  std::string field;                 // what errors call it, such as `inputs[3]`
};

// Rows of a tensor of shape [N] or [N, 1]. INVALID_ARGUMENT with the field for another shape, and for N below 1 or
// above `most_rows`.
absl::StatusOr<size_t> RowsOf(const InputTensor& input, size_t most_rows);

// The numbers of `rows` rows, NaN where missing. FP64, FP32, INT64, INT32 or BOOL (0 and 1), each value converted
// exactly: INVALID_ARGUMENT with the field names the row of one that is infinite or an integer beyond ±2^53. The same
// for another datatype, and where there are not `rows` values of it.
absl::StatusOr<std::vector<double>> ReadNumbers(const InputTensor& input, size_t rows);

// The categories of `rows` rows, empty where missing, as views into the request. BYTES; otherwise as ReadNumbers.
absl::StatusOr<std::vector<std::string_view>> ReadCategories(const InputTensor& input, size_t rows);

}  // namespace ebb::scorer
