#include "model/estimator/support_vector.h"

#include "model/arithmetic/lanes.h"

namespace ebb {
namespace {

double Power(double base, int exponent) {
  double result = 1;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result *= base;
    base *= base;
  }
  return result;
}

}  // namespace

void Kernel::Apply(std::span<double> values) const {
  switch (kind) {
    case KernelKind::kLinear:
      return;
    case KernelKind::kRbf:
      for (double& value : values) value *= -gamma;
      ChosenLanes().exp(values.data(), values.size());
      return;
    case KernelKind::kPolynomial:
      for (double& value : values) value = Power(gamma * value + offset, degree);
      return;
  }
}

void SupportVectorClassifier::Score(const RowMatrix& rows, std::span<double> scores) const {
  const Lanes& lanes = ChosenLanes();
  if (kernel.kind == KernelKind::kRbf) {
    // Made anew for each batch, so that there is nothing to keep in step with the vectors.
    constexpr size_t kWorthNorms = 4;  // rows
    std::vector<double> made;
    if (rows.rows() >= kWorthNorms) {
      made.resize(vectors.stride());
      lanes.squared_norms(vectors.data(), vectors.stride(), vectors.columns(), made.data());
    }
    const double* const norms = made.empty() ? nullptr : made.data();
    for (size_t r = 0; r < rows.rows(); ++r) {
      scores[r] = lanes.rbf_sum(rows.Row(r).data(), vectors.data(), norms, vectors.stride(), vectors.columns(),
                                -kernel.gamma, coefficients.data(), coefficients.size()) -
                  rho;
    }
    return;
  }
  std::vector<double> values(vectors.stride());
  for (size_t r = 0; r < rows.rows(); ++r) {
    lanes.dot_to_columns(rows.Row(r).data(), vectors.data(), vectors.stride(), vectors.columns(), values.data());
    kernel.Apply({values.data(), vectors.rows()});
    scores[r] = lanes.dot(coefficients.data(), values.data(), coefficients.size()) - rho;
  }
}

}  // namespace ebb
