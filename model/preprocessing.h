#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "model/feature_schema.h"
#include "model/feature_vector.h"
#include "model/row_matrix.h"

namespace ebb {

enum class Scaling { kNone, kStandard, kMinMax, kRobust };

// How one number of the vector becomes one column: a missing value becomes the median of training, then (value -
// center) / scale.
struct NumberColumn {
  size_t feature = 0;  // index in the schema
  double median = 0;
  double center = 0;
  double scale = 1;

  double Apply(double value) const {
    const double scaled = ((std::isnan(value) ? median : value) - center) / scale;
    return std::clamp(scaled, -kFarthest, kFarthest);
  }

  // So far out a value says nothing more, and no later sum or power can overflow.
  static constexpr double kFarthest = 1e12;
};

// How one category becomes a column per known value: a missing one becomes the most frequent of training, one unseen in
// training is zero in every column.
struct CategoryColumns {
  size_t feature = 0;
  std::string most_frequent;
  std::vector<std::string> values;  // sorted by bytes, one column each
};

// What was learnt about the inputs: the numbers' columns first, then the categories'. Immutable once filled, so threads
// may share one.
struct Preprocessing {
  Scaling scaling = Scaling::kNone;
  std::vector<NumberColumn> numbers;
  std::vector<CategoryColumns> categories;

  size_t width() const;  // columns of the result

  // `vector` is in the order of the schema that the indices refer to; `out` has width() places.
  void Transform(const FeatureVector& vector, std::span<double> out) const;
};

}  // namespace ebb
