#include "trainer/fit/support_vector.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/arithmetic/lanes.h"
#include "trainer/fit/class_weights.h"
#include "trainer/fit/smo_lanes.h"

namespace ebb::trainer {
namespace {

// 1 / (columns × variance of all values), scikit-learn's "scale".
double DefaultGamma(const RowMatrix& rows) {
  double sum = 0, squares = 0;
  for (size_t r = 0; r < rows.rows(); ++r) {
    for (const double value : rows.Row(r)) sum += value;
  }
  const double count = static_cast<double>(rows.rows() * rows.columns());
  const double mean = sum / count;
  for (size_t r = 0; r < rows.rows(); ++r) {
    for (const double value : rows.Row(r)) squares += (value - mean) * (value - mean);
  }
  const double variance = squares / count;
  return variance > 0 ? 1 / (static_cast<double>(rows.columns()) * variance) : 1;
}

// What is mirrored of a kernel's lines at a time: few enough to be in the nearest cache still.
constexpr size_t kRowsMirroredAtOnce = 8;

// Numbers that are next to none count as none: reading floats below the least normal one takes a processor many times
// as long.
float ToKernelFloat(double value) {
  const auto rounded = static_cast<float>(value);
  return std::abs(rounded) < std::numeric_limits<float>::min() ? 0 : rounded;
}

}  // namespace

PairTable::PairTable(const RowMatrix& queries, const ColumnMatrix& rows, KernelKind kind)
    : pairs_(queries.rows(), rows.stride()), rows_(rows.rows()) {
  const Lanes& lanes = ChosenLanes();
  const auto compare = kind == KernelKind::kRbf ? lanes.squared_distance_to_columns : lanes.dot_to_columns;
  for (size_t q = 0; q < queries.rows(); ++q) {
    compare(queries.Row(q).data(), rows.data(), rows.stride(), rows.columns(), pairs_.Row(q).data());
  }
}

void PairTable::Apply(const Kernel& kernel, RowMatrix* result) const {
  *result = pairs_;
  for (size_t q = 0; q < result->rows(); ++q) kernel.Apply(result->Row(q));
}

void PairTable::ApplyForTraining(const Kernel& kernel, KernelMatrix* result) const {
  const size_t stride = (rows_ + kSmoLanesMultiple - 1) / kSmoLanesMultiple * kSmoLanesMultiple;
  if (result->rows != rows_) {
    *result = {.rows = rows_,
               .stride = stride,
               .values = std::vector<float>(rows_ * stride),
               .diagonal = std::vector<double>(rows_)};
  }
  std::vector<double> line(pairs_.columns());
  for (size_t begin = 0; begin < rows_; begin += kRowsMirroredAtOnce) {
    const size_t end = std::min(rows_, begin + kRowsMirroredAtOnce);
    for (size_t r = begin; r < end; ++r) {
      const std::span<double> rest(line.data() + begin, rows_ - begin);
      std::copy_n(pairs_.Row(r).begin() + static_cast<ptrdiff_t>(begin), rest.size(), rest.begin());
      kernel.Apply(rest);
      result->diagonal[r] = line[r];
      float* const values = result->values.data() + r * stride;
      for (size_t c = begin; c < rows_; ++c) values[c] = ToKernelFloat(line[c]);
    }
    for (size_t c = end; c < rows_; ++c) {
      for (size_t r = begin; r < end; ++r) result->values[c * stride + r] = result->values[r * stride + c];
    }
  }
}

Kernel KernelOf(const SupportVectorSetting& setting, const RowMatrix& rows) {
  Kernel kernel{.kind = setting.kernel, .gamma = 1, .offset = 0, .degree = 3};
  if (setting.kernel != KernelKind::kLinear) kernel.gamma = setting.gamma ? *setting.gamma : DefaultGamma(rows);
  if (setting.kernel == KernelKind::kPolynomial) kernel.degree = setting.degree;
  return kernel;
}

std::vector<double> AlphaBounds(std::span<const double> row_weights, double c) {
  std::vector<double> bounds(row_weights.begin(), row_weights.end());
  for (double& bound : bounds) bound *= c;
  return bounds;
}

SupportVectorClassifier FitSupportVector(const RowMatrix& rows, std::span<const uint8_t> labels,
                                         const SupportVectorSetting& setting, const std::function<bool()>& cancelled) {
  SupportVectorClassifier fitted;
  fitted.kernel = KernelOf(setting, rows);
  const PairTable pairs(rows, ColumnMatrix(rows), setting.kernel);
  const std::vector<double> bounds = AlphaBounds(RowWeights(labels, setting.class_weight), setting.c);
  KernelMatrix kernel;
  pairs.ApplyForTraining(fitted.kernel, &kernel);
  const SmoSolution solution = SolveSmo(kernel, labels, bounds, cancelled);
  fitted.rho = solution.rho;

  std::vector<size_t> vectors;
  for (size_t r = 0; r < rows.rows(); ++r) {
    if (solution.coefficients[r] != 0) vectors.push_back(r);
  }
  RowMatrix kept(vectors.size(), rows.columns());
  for (size_t v = 0; v < vectors.size(); ++v) {
    std::copy(rows.Row(vectors[v]).begin(), rows.Row(vectors[v]).end(), kept.Row(v).begin());
    fitted.coefficients.push_back(solution.coefficients[vectors[v]]);
  }
  fitted.vectors = ColumnMatrix(kept);
  return fitted;
}

}  // namespace ebb::trainer
