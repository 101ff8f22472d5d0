// What an explanation is. Interventional Shapley values (Lundberg and Lee 2017; Janzing et al. 2020): the players are
// the features a model reads, and a coalition S is worth the mean, over the rows of a background, of the score of the
// row that takes the features of S from the customer and the others from the background row.
#pragma once

#include <string_view>
#include <vector>

namespace ebb {

// What contributions are measured in.
enum class ShapleyScale { kLogOdds, kDecisionValue, kShare, kProbability };

// How they were computed: exact for a linear model, for trees, for a product kernel; exact by several of these; or by
// sampled orders of the features. kReplacement is no Shapley value (replacement.h).
enum class ShapleyMethod { kExactLinear, kExactTree, kExactProduct, kExactMixed, kSampled, kReplacement };

// base + the sum of the contributions = score, to rounding; not so by kReplacement.
struct Explanation {
  ShapleyScale scale = ShapleyScale::kLogOdds;
  ShapleyMethod method = ShapleyMethod::kExactLinear;
  double base = 0;                      // mean score of the background; by kReplacement see there
  double score = 0;                     // of the vector explained
  std::vector<double> contributions;    // one a feature of the schema; 0 for those that the model does not read
  std::vector<double> standard_errors;  // of the sampling, one a contribution; empty: exact
};

// An explanation had over a background larger than this is refused by an assertion: bit masks of it fit two words.
inline constexpr size_t kMostBackgroundRows = 100;

}  // namespace ebb
