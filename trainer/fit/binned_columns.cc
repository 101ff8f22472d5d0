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

BinnedColumns::BinnedColumns(const RowMatrix& rows, size_t least_rows) : rows_(rows.rows()), bins_(rows.columns()) {
  std::vector<double> sorted(rows_);
  for (size_t c = 0; c < bins_.size(); ++c) {
    for (size_t r = 0; r < rows_; ++r) sorted[r] = rows.At(r, c);
    std::sort(sorted.begin(), sorted.end());
    AddColumn(sorted, HasFewValues(sorted) ? 1 : least_rows);
    bins_[c].resize(rows_);
    for (size_t r = 0; r < rows_; ++r) bins_[c][r] = static_cast<uint16_t>(BinOf(c, rows.At(r, c)));
  }
}

size_t PartitionByBin(std::span<const uint16_t> bins, size_t bin, std::span<uint32_t> rows) {
  const auto goes_left = [&](uint32_t row) { return bins[row] <= bin; };
  return static_cast<size_t>(std::stable_partition(rows.begin(), rows.end(), goes_left) - rows.begin());
}

}  // namespace ebb::trainer
