#pragma once

#include <cstdint>

#include "model/trained_model.h"

namespace ebb::benchmarks {

enum class MadeUpKind { kLogistic, kBoosting, kStack };

// A model over the inputs of a store's schema that costs what a trained one costs and knows nothing: logistic
// regression, that and boosting of 200 trees, or a stack of both, a forest of 300, an RBF kernel of 600 vectors and
// 1,296 neighbours. More revenue moves the probability. Another seed, another model.
TrainedModel MadeUpModel(const FeatureSchema& schema, MadeUpKind kind, uint64_t seed);

}  // namespace ebb::benchmarks
