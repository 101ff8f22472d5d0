#pragma once

#include "model/trained_model.h"

namespace ebb::scorer::testing {

// A model whose probability can be worked out by hand: 0.5 + 0.1 × (revenue + shift), for sums from -4 to 4. Profit
// tiers part at 10 and 100.
TrainedModel StraightLineModel(double shift);

// The same, and next month's revenue is told: 50 to customers of a revenue of up to 0, 200 to the others.
TrainedModel StraightLineModelWithRevenue(double shift);

}  // namespace ebb::scorer::testing
