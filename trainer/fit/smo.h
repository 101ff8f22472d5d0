#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace ebb::trainer {

// The kernel between the rows of training. Floats, as in LIBSVM: half the memory to walk, and no effect above the
// solver's tolerance.
struct KernelMatrix {
  size_t rows = 0;
  size_t stride = 0;             // floats from row to row, a multiple of kSmoLanesMultiple
  std::vector<float> values;     // rows × stride
  std::vector<double> diagonal;  // rows of them

  const float* Row(size_t row) const { return values.data() + row * stride; }
};

struct SmoSolution {
  std::vector<double> coefficients;  // label (±1) × alpha, one a row
  double rho = 0;
  uint64_t steps = 0;
};

// The dual of C-SVC by sequential minimal optimisation with second-order working sets (Fan, Chen, Lin 2005), on a
// kernel that is all in memory. Every 500 steps the rows at a bound that violate nothing are left out of the steps to
// come, where they are a quarter or more, and at the end all rows are looked at again: LIBSVM's shrinking. Where none
// of them was needed after all, the steps are those of LIBSVM without it, and decision values agree to the last digits;
// where one was, the steps differ and the solutions agree as far as the tolerance goes. Stops as LIBSVM at a violation
// below 1e-3, or after two million steps. `cancelled`, if not empty, is asked now and then; then the solution is of no
// use.
SmoSolution SolveSmo(const KernelMatrix& kernel, std::span<const uint8_t> labels, std::span<const double> bounds,
                     const std::function<bool()>& cancelled);

}  // namespace ebb::trainer
