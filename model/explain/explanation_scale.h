#pragma once

#include "model/explain/shapley.h"
#include "model/pipeline.h"
#include "model/trained_model.h"

namespace ebb {

// What an estimator's own scores are.
ShapleyScale ScaleOf(const Estimator& estimator);

// What ranking scores are: the one member's own scale, or of a stack log-odds.
ShapleyScale RankingScale(const TrainedModel& model);

}  // namespace ebb
