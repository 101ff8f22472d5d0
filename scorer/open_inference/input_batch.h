#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "inference/open_inference_grpc.pb.h"
#include "model/feature_schema.h"
#include "model/feature_vector.h"

namespace ebb::scorer {

// The rows that a request asks about, feature by feature as they came. Borrows the request. Immutable once read.
class InputBatch {
 public:
  // Of one request, so that none holds a thread for long: callers split what is larger.
  static constexpr size_t kMostRows = 10'000;

  // Inputs of the model that are left out are missing in every row. INVALID_ARGUMENT with the field: no input at all,
  // one that the model does not know or that stands twice, tensors of different lengths, contents that are mixed or do
  // not fit (input_tensor.h).
  static absl::StatusOr<InputBatch> Read(const inference::ModelInferRequest& request, const FeatureSchema& schema);

  size_t rows() const { return rows_; }

  // Rows from `first` on, one a vector. Each vector has the schema's length, and nothing but what an earlier Fill of
  // the same batch put there.
  void Fill(size_t first, std::span<FeatureVector> vectors) const;

 private:
  struct Column {
    size_t feature = 0;                        // index in the schema
    std::vector<double> numbers;               // of a number; else empty
    std::vector<std::string_view> categories;  // of a category; else empty
  };

  size_t rows_ = 0;
  std::vector<Column> columns_;
};

}  // namespace ebb::scorer
