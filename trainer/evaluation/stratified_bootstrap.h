#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ebb::trainer {

// Resamples of a set of rows with as many of each class as it has (B. Efron, R. Tibshirani, "An Introduction to the
// Bootstrap", 1993). The same ones for the same labels and seed, whoever asks and in whatever order. Immutable, so
// threads may share one. Borrows the labels.
class StratifiedBootstrap {
 public:
  StratifiedBootstrap(std::span<const uint8_t> labels, uint64_t seed);

  // 1,000; of many rows fewer, so that all resamples together have about 200 million, but never below 200.
  int draws() const { return draws_; }
  // How often each row stands in a resample, 0 ≤ draw < draws().
  std::vector<uint32_t> Counts(int draw) const;

 private:
  std::span<const uint8_t> labels_;
  std::vector<uint32_t> rows_of_class_[2];
  uint64_t seed_;
  int draws_;
};

// The mean of a value over the rows of a resample, of which there must be some.
double ResampledMean(std::span<const double> values, std::span<const uint32_t> counts);

}  // namespace ebb::trainer
