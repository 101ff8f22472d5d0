#pragma once

#include "scorer/customer_score.h"

namespace ebb::scorer {

// Why subscribers hear of a new score, or why not.
enum class Publication { kNone, kFirst, kModelChanged, kSegmentChanged, kProbabilityMoved };

// `last` is what is known of the customer so far (not scored: this is the first), `next` the new score, its publication
// fields not yet filled. `least_move` is the smallest difference of probabilities worth telling; 0 publishes every
// score.
Publication DecidePublication(const CustomerScore& last, const CustomerScore& next, double least_move);

}  // namespace ebb::scorer
