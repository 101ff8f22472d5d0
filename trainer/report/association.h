// How much two columns tell of each other, over the rows that have a value in both. 0: nothing, 1 (or -1): everything.
// NaN where one of the two never varies there.
#pragma once

#include <cstdint>
#include <span>

namespace ebb::trainer {

// Pearson's correlation of two numbers; NaN values are missing.
double PearsonCorrelation(std::span<const double> a, std::span<const double> b);

// Codes of a category, one a row, 0 … values - 1; -1: missing.
struct Codes {
  std::span<const int32_t> codes;
  int values = 0;
};

// Cramér's V, corrected for its bias (W. Bergsma, "A bias-correction for Cramér's V and Tschuprow's T", 2013).
// `counts` says how often each row counts; empty: once. A resample of a sample shows the bias twice: `biases` 2.
double CramersV(Codes a, Codes b, std::span<const uint32_t> counts = {}, int biases = 1);

// Correlation ratio (eta) of a number by a category: the root of the share of its variance that lies between the
// category's means.
double CorrelationRatio(Codes category, std::span<const double> number);

}  // namespace ebb::trainer
