#pragma once

#include <cstddef>
#include <vector>

namespace ebb {

// (a - 1)! b! / (a + b)! for a >= 1, up to a + b = `most`; 0 for a = 0.
class ShapleyWeights {
 public:
  explicit ShapleyWeights(size_t most);

  double operator()(size_t a, size_t b) const { return values_[a * width_ + b]; }
  const double* data() const { return values_.data(); }
  size_t width() const { return width_; }

 private:
  size_t width_;
  std::vector<double> values_;
};

}  // namespace ebb
