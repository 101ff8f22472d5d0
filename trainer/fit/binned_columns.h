#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/row_matrix.h"
#include "trainer/fit/bin_edges.h"

namespace ebb::trainer {

// The columns of a table as small whole numbers that order the rows as the values do: what a tree's splits are searched
// in, two bytes a value. Up to kMostExactRows rows each value has a bin of its own, so nothing is lost; in larger
// tables a column of more than kBins values gets kBins of about equally many rows. Immutable, so threads may share one.
class BinnedColumns : public BinEdges {
 public:
  static constexpr size_t kMostExactRows = 65'536;
  static constexpr size_t kBins = 255;

  explicit BinnedColumns(const RowMatrix& rows);
  // Columns of more than kBins values get bins of at least so many rows, all but the last.
  BinnedColumns(const RowMatrix& rows, size_t least_rows);

  size_t rows() const { return rows_; }
  std::span<const uint16_t> Bins(size_t column) const { return bins_[column]; }  // by row

 private:
  size_t rows_;
  std::vector<std::vector<uint16_t>> bins_;  // by column
};

// Puts those rows in front whose bin is at most this one, and keeps the order otherwise. Returns how many they are.
size_t PartitionByBin(std::span<const uint16_t> bins, size_t bin, std::span<uint32_t> rows);

}  // namespace ebb::trainer
