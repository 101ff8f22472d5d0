#pragma once

#include "model/explain/explainer.h"
#include "model/explain/shapley.h"
#include "model/trained_model.h"

namespace ebb {

// Explains a score while somebody waits for it: by exact Shapley values where they take no more than
// kMostExactMicroseconds, else by replacement (replacement.h). Which of them follows from the model's file alone, by
// Explainer::EstimatedMicroseconds, and not from how busy the machine is: a model always answers by the same method.
// Linear models, boosting and small forests are exact; kernels, neighbours, large forests and stacks of them are not.
//
// Borrows both. Immutable, so threads may share one.
class QuickExplainer {
 public:
  static constexpr double kMostExactMicroseconds = 2'000;

  // `explainer` is of `model`.
  QuickExplainer(const TrainedModel& model, const Explainer& explainer);

  bool exact() const { return exact_; }
  // `vector` must pass TrainedModel::CheckVector.
  Explanation Explain(const FeatureVector& vector) const;

 private:
  const TrainedModel& model_;
  const Explainer& explainer_;
  const bool exact_;
};

}  // namespace ebb
