#pragma once

#include <memory>
#include <vector>

#include "model/explain/pipeline_explainer.h"
#include "model/explain/shapley.h"
#include "model/trained_model.h"

namespace ebb {

// Explains the scores of a model. What depends only on the model and its background is computed once, at construction
// (about 0.1 s for 200 trees of depth 6; up to 64 MiB a member). Borrows the model. Immutable, so threads may share
// one.
class Explainer {
 public:
  // Against the model's own background (TrainedModel::ExplanationBackground).
  explicit Explainer(const TrainedModel& model);
  // Against 1 to kMostBackgroundRows rows in the order of the model's schema.
  Explainer(const TrainedModel& model, std::vector<FeatureVector> background);

  // The ranking score: the one member's own, or of a stack the log-odds that its members' scores add up to. Shapley
  // values are linear in the game, so an explanation of the sum is the sum of the explanations. A standard error of a
  // sum is at most that shown.
  // `vector` must pass TrainedModel::CheckVector.
  Explanation Explain(const FeatureVector& vector) const;

  // The calibrated probability, always by sampling.
  Explanation ExplainProbability(const FeatureVector& vector) const;

  // What one Explain takes on the machine of design.md's figures: the members' estimates together, infinite where one
  // is sampled. Follows from the model and the background alone.
  double EstimatedMicroseconds() const;

  size_t background_rows() const { return background_.size(); }

 private:
  const TrainedModel& model_;
  const std::vector<FeatureVector> background_;
  std::vector<PipelineExplainer> members_;
};

}  // namespace ebb
