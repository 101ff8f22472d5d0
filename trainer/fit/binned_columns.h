#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/row_matrix.h"

namespace ebb::trainer {

// The columns of a table as small whole numbers that order the rows as the values do: what a tree's splits are searched
// in, two bytes a value. Up to kMostExactRows rows each value has a bin of its own, so nothing is lost; in larger
// tables a column of more than kBins values gets kBins of about equally many rows. Immutable, so threads may share one.
class BinnedColumns {
 public:
  static constexpr size_t kMostExactRows = 65'536;
  static constexpr size_t kBins = 255;

  explicit BinnedColumns(const RowMatrix& rows);
  // Columns of more than kBins values get bins of at least so many rows, all but the last.
  BinnedColumns(const RowMatrix& rows, size_t least_rows);

  size_t rows() const { return rows_; }
  size_t columns() const { return columns_.size(); }
  size_t bins(size_t column) const { return columns_[column].least.size(); }
  std::span<const uint16_t> Bins(size_t column) const { return columns_[column].bins; }  // by row

  double Least(size_t column, size_t bin) const { return columns_[column].least[bin]; }
  double Greatest(size_t column, size_t bin) const { return columns_[column].greatest[bin]; }
  // Half way between two bins: `lower` and what is below goes left.
  double Between(size_t column, size_t lower, size_t upper) const;

  // Where a threshold that was drawn parts bins [least, greatest], of which there are at least two.
  struct Cut {
    size_t bin = 0;        // it and those below go left; below `greatest`
    double threshold = 0;  // the one drawn, or where that cuts through a bin, half way between two
  };
  Cut CutAt(size_t column, size_t least, size_t greatest, double drawn) const;

 private:
  struct Column {
    std::vector<uint16_t> bins;
    std::vector<double> least, greatest;  // of the values in each bin
  };

  size_t rows_;
  std::vector<Column> columns_;
};

// Puts those rows in front whose bin is at most this one, and keeps the order otherwise. Returns how many they are.
size_t PartitionByBin(std::span<const uint16_t> bins, size_t bin, std::span<uint32_t> rows);

}  // namespace ebb::trainer
