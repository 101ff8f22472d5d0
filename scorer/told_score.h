#pragma once

#include <optional>
#include <vector>

#include "model/trained_model.h"

namespace ebb::scorer {

// What a model says of a vector.
struct ToldScore {
  Score score;
  std::optional<double> expected_revenue;  // of the month after the vector's time; absent: the model does not tell it
};

// Element i is of vectors[i], which has passed the model's CheckVector.
std::vector<ToldScore> TellScores(const TrainedModel& model, const std::vector<FeatureVector>& vectors);

}  // namespace ebb::scorer
