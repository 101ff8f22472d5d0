#pragma once

#include "model/explain/shapley.h"
#include "model/feature_vector.h"
#include "model/trained_model.h"

namespace ebb {

// The quick way to say what moves a ranking score: each input by itself is replaced by the background's median or most
// frequent category, and what the score falls by is its contribution. `base` is the score of the vector with all inputs
// replaced. One batch of inputs + 2 vectors; equal questions give equal bits. What features do together is not shared
// out between them as by Shapley values, so contributions do not add up to score - base.
//
// `vector` must pass TrainedModel::CheckVector. Pure.
Explanation ExplainByReplacement(const TrainedModel& model, const FeatureVector& vector);

}  // namespace ebb
