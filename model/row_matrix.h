#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace ebb {

// Rows of preprocessed numbers, one after the other: what estimators are fitted on and score.
class RowMatrix {
 public:
  RowMatrix() = default;
  RowMatrix(size_t rows, size_t columns) : rows_(rows), columns_(columns), values_(rows * columns) {}

  size_t rows() const { return rows_; }
  size_t columns() const { return columns_; }
  std::span<double> Row(size_t row) { return {values_.data() + row * columns_, columns_}; }
  std::span<const double> Row(size_t row) const { return {values_.data() + row * columns_, columns_}; }
  double At(size_t row, size_t column) const { return values_[row * columns_ + column]; }

 private:
  size_t rows_ = 0;
  size_t columns_ = 0;
  std::vector<double> values_;
};

// The same numbers one column after the other, each padded with zeros to a multiple of four: what a distance or kernel
// to many stored rows at once reads (`model/arithmetic/lanes.h`).
class ColumnMatrix {
 public:
  ColumnMatrix() = default;
  ColumnMatrix(size_t rows, size_t columns);
  explicit ColumnMatrix(const RowMatrix& rows);

  size_t rows() const { return rows_; }
  size_t columns() const { return columns_; }
  size_t stride() const { return stride_; }  // rows, rounded up to a multiple of four
  const double* data() const { return values_.data(); }
  std::span<double> Column(size_t column) { return {values_.data() + column * stride_, rows_}; }
  std::span<const double> Column(size_t column) const { return {values_.data() + column * stride_, rows_}; }
  RowMatrix ToRows() const;

 private:
  size_t rows_ = 0;
  size_t columns_ = 0;
  size_t stride_ = 0;
  std::vector<double> values_;
};

}  // namespace ebb
