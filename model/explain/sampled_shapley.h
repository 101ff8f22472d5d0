#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace ebb {

// Values of a game by sampled orders of its players, in antithetic pairs (an order and its reverse; Mitchell et al.
// 2022, "Sampling Permutations for Shapley Value Estimation"). Each background row meets equally many pairs, so the
// contributions add up to score - base as exact ones do. The orders follow from the number of the pair alone: equal
// questions give equal answers.
struct SampledGame {
  size_t players = 0;
  size_t background_rows = 0;
  // The worth of the background row alone, then with the order's first player taken from the customer, with its first
  // two, and so on: players + 1 values.
  std::function<void(std::span<const uint32_t> order, size_t background_row, std::span<double> worths)> walk;
};

// Adds to `contributions`; `standard_errors` are of the means over pairs and take the spread between background rows
// along, so they err on the large side. Both have a place a player. At least 100 pairs.
void SampleShapley(const SampledGame& game, std::span<double> contributions, std::span<double> standard_errors);

}  // namespace ebb
