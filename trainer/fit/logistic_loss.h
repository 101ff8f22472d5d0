#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/row_matrix.h"

namespace ebb::trainer {

// The weighted logistic loss of a table, and its quadratic model at a point. Coordinates are the columns' weights and,
// last, the intercept. Each sum takes the rows in their order, so the bits depend on nothing else. The table is read
// where it stands and must outlive this; of its own it keeps two numbers a row.
class LogisticLoss {
 public:
  LogisticLoss(const RowMatrix& rows, std::span<const uint8_t> labels, std::span<const double> row_weights);

  size_t size() const { return block_.columns(); }  // coordinates

  double At(const std::vector<double>& point);
  // At the point of the last At. `hessian` is symmetric, row by row.
  void Model(std::vector<double>& gradient, std::vector<double>& hessian);

 private:
  void Load(size_t begin, size_t end);
  void AddBlock(size_t begin, size_t end, std::vector<double>& gradient, std::vector<double>& hessian);

  const RowMatrix& rows_;
  const std::span<const uint8_t> labels_;
  const std::span<const double> row_weights_;
  std::vector<double> margins_;
  std::vector<double> decays_;  // e^-|margin|
  RowMatrix block_;             // rows in hand, each with a 1 for the intercept
  size_t loaded_;               // the first of them
  std::vector<double> curvatures_;
};

}  // namespace ebb::trainer
