#include "trainer/fit/binned_columns.h"

#include <algorithm>

namespace ebb::trainer {
namespace {

// How many rows a bin takes at least before it is closed: with bins of single values one.
size_t RowsOfABin(size_t rows) {
  return rows <= BinnedColumns::kMostExactRows ? 1 : (rows + BinnedColumns::kBins - 1) / BinnedColumns::kBins;
}

bool HasFewValues(const std::vector<double>& sorted) {
  size_t values = 0;
  for (auto at = sorted.begin(); at != sorted.end() && values <= BinnedColumns::kBins; ++values) {
    at = std::upper_bound(at, sorted.end(), *at);
  }
  return values <= BinnedColumns::kBins;
}

}  // namespace

BinnedColumns::BinnedColumns(const RowMatrix& rows) : BinnedColumns(rows, RowsOfABin(rows.rows())) {}

BinnedColumns::BinnedColumns(const RowMatrix& rows, size_t least_rows) : rows_(rows.rows()), columns_(rows.columns()) {
  std::vector<double> sorted(rows_);
  for (size_t c = 0; c < columns_.size(); ++c) {
    Column& column = columns_[c];
    for (size_t r = 0; r < rows_; ++r) sorted[r] = rows.At(r, c);
    std::sort(sorted.begin(), sorted.end());
    const size_t rows_of_a_bin = HasFewValues(sorted) ? 1 : least_rows;
    size_t in_bin = 0;
    for (size_t i = 0; i < rows_; ++i) {
      const bool new_value = i == 0 || sorted[i] != sorted[i - 1];
      if (new_value && (i == 0 || in_bin >= rows_of_a_bin)) {
        column.least.push_back(sorted[i]);
        column.greatest.push_back(sorted[i]);
        in_bin = 0;
      }
      column.greatest.back() = sorted[i];
      ++in_bin;
    }
    column.bins.resize(rows_);
    for (size_t r = 0; r < rows_; ++r) {
      const auto bin = std::lower_bound(column.greatest.begin(), column.greatest.end(), rows.At(r, c));
      column.bins[r] = static_cast<uint16_t>(bin - column.greatest.begin());
    }
  }
}

double BinnedColumns::Between(size_t column, size_t lower, size_t upper) const {
  const double below = Greatest(column, lower), above = Least(column, upper);
  const double middle = below / 2 + above / 2;
  return middle < above ? middle : below;
}

BinnedColumns::Cut BinnedColumns::CutAt(size_t column, size_t least, size_t greatest, double drawn) const {
  size_t bin = least;
  for (size_t after = greatest; bin + 1 < after;) {
    const size_t middle = (bin + after) / 2;
    (Greatest(column, middle) <= drawn ? bin : after) = middle;
  }
  const bool between = drawn >= Greatest(column, bin) && drawn < Least(column, bin + 1);
  return {bin, between ? drawn : Between(column, bin, bin + 1)};
}

size_t PartitionByBin(std::span<const uint16_t> bins, size_t bin, std::span<uint32_t> rows) {
  const auto goes_left = [&](uint32_t row) { return bins[row] <= bin; };
  return static_cast<size_t>(std::stable_partition(rows.begin(), rows.end(), goes_left) - rows.begin());
}

}  // namespace ebb::trainer
