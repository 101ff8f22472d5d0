#include "trainer/evaluation/stratified_bootstrap.h"

#include <algorithm>

#include "trainer/fit/random_stream.h"

namespace ebb::trainer {

StratifiedBootstrap::StratifiedBootstrap(std::span<const uint8_t> labels, uint64_t seed)
    : labels_(labels),
      seed_(seed),
      draws_(static_cast<int>(
          std::clamp<size_t>(200'000'000 / std::max<size_t>(labels.size(), 1), size_t{200}, size_t{1'000}))) {
  for (uint32_t row = 0; row < labels.size(); ++row) rows_of_class_[labels[row] != 0].push_back(row);
}

std::vector<uint32_t> StratifiedBootstrap::Counts(int draw) const {
  std::vector<uint32_t> counts(labels_.size());
  RandomStream random(seed_, static_cast<uint64_t>(draw));
  for (const std::vector<uint32_t>& rows : rows_of_class_) {
    for (size_t i = 0; i < rows.size(); ++i) ++counts[rows[random.Below(static_cast<uint32_t>(rows.size()))]];
  }
  return counts;
}

double ResampledMean(std::span<const double> values, std::span<const uint32_t> counts) {
  double sum = 0;
  for (size_t row = 0; row < values.size(); ++row) sum += counts[row] * values[row];
  return sum / static_cast<double>(values.size());
}

}  // namespace ebb::trainer
