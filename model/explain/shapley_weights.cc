#include "model/explain/shapley_weights.h"

namespace ebb {

// w(1, 0) = 1; w(a + 1, 0) = 1 / (a + 1); w(a, b + 1) = w(a, b) × (b + 1) / (a + b + 1).
ShapleyWeights::ShapleyWeights(size_t most) : width_(most + 1), values_(width_ * width_) {
  for (size_t a = 1; a <= most; ++a) {
    values_[a * width_] = 1 / static_cast<double>(a);
    for (size_t b = 0; a + b + 1 <= most; ++b) {
      values_[a * width_ + b + 1] =
          values_[a * width_ + b] * static_cast<double>(b + 1) / static_cast<double>(a + b + 1);
    }
  }
}

}  // namespace ebb
