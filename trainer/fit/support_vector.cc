#include "trainer/fit/support_vector.h"

#include <algorithm>

#include "model/arithmetic/lanes.h"
#include "trainer/fit/class_weights.h"

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

}  // namespace

PairTable::PairTable(const RowMatrix& queries, const ColumnMatrix& rows, KernelKind kind)
    : pairs_(queries.rows(), rows.stride()), rows_(rows.rows()) {
  const Lanes& lanes = ChosenLanes();
  const auto compare = kind == KernelKind::kRbf ? lanes.squared_distance_to_columns : lanes.dot_to_columns;
  for (size_t q = 0; q < queries.rows(); ++q) {
    compare(queries.Row(q).data(), rows.data(), rows.stride(), rows.columns(), pairs_.Row(q).data());
  }
}

RowMatrix PairTable::Apply(const Kernel& kernel) const {
  RowMatrix result = pairs_;
  for (size_t q = 0; q < result.rows(); ++q) kernel.Apply(result.Row(q));
  return result;
}

KernelMatrix PairTable::ApplyForTraining(const Kernel& kernel) const {
  KernelMatrix result{.rows = rows_,
                      .stride = pairs_.columns(),
                      .values = std::vector<float>(rows_ * pairs_.columns()),
                      .diagonal = std::vector<double>(pairs_.columns())};
  std::vector<double> line(pairs_.columns());
  for (size_t r = 0; r < rows_; ++r) {
    std::copy(pairs_.Row(r).begin(), pairs_.Row(r).end(), line.begin());
    kernel.Apply(line);
    result.diagonal[r] = line[r];
    std::copy(line.begin(), line.end(), result.values.begin() + static_cast<ptrdiff_t>(r * result.stride));
  }
  return result;
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
  const SmoSolution solution = SolveSmo(pairs.ApplyForTraining(fitted.kernel), labels, bounds, cancelled);
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
