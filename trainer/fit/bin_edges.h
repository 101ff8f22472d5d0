#pragma once

#include <cstddef>
#include <vector>

namespace ebb::trainer {

// Of each column of a table the bins that its values fall into, ascending, and where a split between them lies.
class BinEdges {
 public:
  size_t columns() const { return columns_.size(); }
  size_t bins(size_t column) const { return columns_[column].least.size(); }

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

  // The bin of a value that was among those the column's bins were made of.
  size_t BinOf(size_t column, double value) const;

  // Behind the other columns one of these values, which must be sorted. A bin is closed at so many rows, or when the
  // next value is another one, whichever is later.
  void AddColumn(const std::vector<double>& sorted, size_t least_rows);

 private:
  struct Column {
    std::vector<double> least, greatest;  // of the values in each bin
  };

  std::vector<Column> columns_;
};

}  // namespace ebb::trainer
