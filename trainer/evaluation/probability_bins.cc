#include "trainer/evaluation/probability_bins.h"

#include <algorithm>
#include <cmath>

namespace ebb::trainer {

size_t ProbabilityBinOf(double probability) {
  constexpr double kLast = kProbabilityBins - 1;
  return static_cast<size_t>(std::clamp(probability * kProbabilityBins, 0.0, kLast));
}

ProbabilityBins BinByProbability(std::span<const double> probabilities, std::span<const uint8_t> labels,
                                 std::span<const uint32_t> counts) {
  ProbabilityBins bins;
  for (size_t row = 0; row < labels.size(); ++row) {
    const double count = counts.empty() ? 1 : counts[row];
    ProbabilityBin& bin = bins[ProbabilityBinOf(probabilities[row])];
    bin.rows += count;
    bin.probabilities += count * probabilities[row];
    bin.positives += count * labels[row];
  }
  return bins;
}

double CalibrationError(const ProbabilityBins& bins) {
  double apart = 0, rows = 0;
  for (const ProbabilityBin& bin : bins) {
    apart += std::abs(bin.probabilities - bin.positives);
    rows += bin.rows;
  }
  return apart / rows;
}

}  // namespace ebb::trainer
