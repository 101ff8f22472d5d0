#pragma once

#include <cstddef>
#include <span>

#include "absl/status/statusor.h"
#include "trainer/search/grid_search.h"

namespace ebb::trainer {

inline constexpr size_t kHalvingFactor = 3;

// How many rungs a search of so many settings a family has: with each the rows are three times as many and the settings
// a third, until one would be left; the first rung has at least 200 rows and `least_of_a_class` customers of each
// class. At least 1.
int CountRungs(size_t settings, size_t rows, size_t customers_of_rarer_class, size_t least_of_a_class);

// Of each family of the result, the best third, rounded up, or the best alone; best first, of equals the earlier first.
Grid Survivors(const SearchResult& result, bool best_alone);

// Successive halving (K. Jamieson, A. Talwalkar, "Non-stochastic best arm identification and hyperparameter
// optimization", 2016): all settings on an even share of the customers, the better third of each family on three times
// as many, and so on; the last rung has all rows and `repeats`. The smaller rungs are cut into as many folds, as often.
// The result holds the settings of the last rung, seconds and fits of all; at least one setting of each family is among
// them, whatever the time: once it is over, each family's best so far goes to the last rung at once. Errors as of
// GridSearch.
absl::StatusOr<SearchResult> SuccessiveHalving(const Dataset& dataset, std::span<const FoldAssignment> repeats,
                                               const Grid& settings, const SearchOptions& options);
absl::StatusOr<SearchResult> SuccessiveHalving(const Dataset& dataset, const FoldAssignment& folds,
                                               const Grid& settings, const SearchOptions& options);

}  // namespace ebb::trainer
