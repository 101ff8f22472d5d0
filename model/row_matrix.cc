#include "model/row_matrix.h"

namespace ebb {

ColumnMatrix::ColumnMatrix(size_t rows, size_t columns)
    : rows_(rows), columns_(columns), stride_((rows + 3) / 4 * 4), values_(stride_ * columns) {}

ColumnMatrix::ColumnMatrix(const RowMatrix& rows) : ColumnMatrix(rows.rows(), rows.columns()) {
  for (size_t r = 0; r < rows_; ++r) {
    for (size_t c = 0; c < columns_; ++c) values_[c * stride_ + r] = rows.At(r, c);
  }
}

RowMatrix ColumnMatrix::ToRows() const {
  RowMatrix result(rows_, columns_);
  for (size_t r = 0; r < rows_; ++r) {
    for (size_t c = 0; c < columns_; ++c) result.Row(r)[c] = values_[c * stride_ + r];
  }
  return result;
}

}  // namespace ebb
