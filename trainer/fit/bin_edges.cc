#include "trainer/fit/bin_edges.h"

#include <algorithm>

namespace ebb::trainer {

double BinEdges::Between(size_t column, size_t lower, size_t upper) const {
  const double below = Greatest(column, lower), above = Least(column, upper);
  const double middle = below / 2 + above / 2;
  return middle < above ? middle : below;
}

BinEdges::Cut BinEdges::CutAt(size_t column, size_t least, size_t greatest, double drawn) const {
  size_t bin = least;
  for (size_t after = greatest; bin + 1 < after;) {
    const size_t middle = (bin + after) / 2;
    (Greatest(column, middle) <= drawn ? bin : after) = middle;
  }
  const bool between = drawn >= Greatest(column, bin) && drawn < Least(column, bin + 1);
  return {bin, between ? drawn : Between(column, bin, bin + 1)};
}

size_t BinEdges::BinOf(size_t column, double value) const {
  const std::vector<double>& greatest = columns_[column].greatest;
  return static_cast<size_t>(std::lower_bound(greatest.begin(), greatest.end(), value) - greatest.begin());
}

void BinEdges::AddColumn(const std::vector<double>& sorted, size_t least_rows) {
  Column& column = columns_.emplace_back();
  size_t in_bin = 0;
  for (size_t i = 0; i < sorted.size(); ++i) {
    const bool new_value = i == 0 || sorted[i] != sorted[i - 1];
    if (new_value && (i == 0 || in_bin >= least_rows)) {
      column.least.push_back(sorted[i]);
      column.greatest.push_back(sorted[i]);
      in_bin = 0;
    }
    column.greatest.back() = sorted[i];
    ++in_bin;
  }
}

}  // namespace ebb::trainer
