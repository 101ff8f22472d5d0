#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace ebb::trainer {

inline constexpr size_t kProbabilityBins = 10;  // of equal width

// Rows whose probability falls into one bin.
struct ProbabilityBin {
  double rows = 0;
  double probabilities = 0;  // their sum
  double positives = 0;
};
using ProbabilityBins = std::array<ProbabilityBin, kProbabilityBins>;

// The bin of a probability; 1 is in the last.
size_t ProbabilityBinOf(double probability);

// `counts` says how often each row counts; empty: once.
ProbabilityBins BinByProbability(std::span<const double> probabilities, std::span<const uint8_t> labels,
                                 std::span<const uint32_t> counts = {});

// How far the share of positives is from the mean probability within a bin, on average over the rows, of which there
// must be some.
double CalibrationError(const ProbabilityBins& bins);

}  // namespace ebb::trainer
