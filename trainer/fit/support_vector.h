#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/estimator/support_vector.h"
#include "model/row_matrix.h"
#include "trainer/fit/setting.h"
#include "trainer/fit/smo.h"

namespace ebb::trainer {

// What kernels are made from: dot products (linear, polynomial) or squared distances (RBF) of each query to each row.
// Computed once for all parameters of a kernel.
class PairTable {
 public:
  PairTable(const RowMatrix& queries, const ColumnMatrix& rows, KernelKind kind);

  // Both are written over what `result` held of another kernel, so that its memory serves again.
  // One line a query, `stride` apart, with the kernel's values.
  void Apply(const Kernel& kernel, RowMatrix* result) const;
  // For a table of rows with themselves.
  void ApplyForTraining(const Kernel& kernel, KernelMatrix* result) const;

 private:
  RowMatrix pairs_;
  size_t rows_;
};

// With gamma put in where the setting leaves it open.
Kernel KernelOf(const SupportVectorSetting& setting, const RowMatrix& rows);

// Upper bound of each row's alpha: c × its weight.
std::vector<double> AlphaBounds(std::span<const double> row_weights, double c);

SupportVectorClassifier FitSupportVector(const RowMatrix& rows, std::span<const uint8_t> labels,
                                         const SupportVectorSetting& setting,
                                         const std::function<bool()>& cancelled = {});

}  // namespace ebb::trainer
