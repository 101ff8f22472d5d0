#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "model/row_matrix.h"

namespace ebb::trainer {

struct RandomRows {
  RowMatrix matrix;
  std::vector<uint8_t> labels;
  std::vector<double> weights;  // each 1
};

// Two of five columns decide, and not in a straight line: whether one is below the middle and the other below this
// share of it. `levels`: how many values a column has; 0: any.
inline RandomRows DrawRows(unsigned seed, size_t count, int levels = 0, double share = 1) {
  std::mt19937_64 random(seed);
  const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  RandomRows rows{RowMatrix(count, 5), {}, std::vector<double>(count, 1)};
  for (size_t r = 0; r < count; ++r) {
    for (double& value : rows.matrix.Row(r)) {
      value = uniform();
      if (levels > 0) value = static_cast<int>(value * levels);
    }
    const double half = levels > 0 ? levels / 2.0 : 0.5;
    const bool apart = (rows.matrix.At(r, 1) < half) != (rows.matrix.At(r, 3) < share * half);
    rows.labels.push_back(uniform() < (apart ? 0.9 : 0.1));
  }
  return rows;
}

}  // namespace ebb::trainer
