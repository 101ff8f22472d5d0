#include "model/explain/quick_explainer.h"

#include "model/explain/replacement.h"

namespace ebb {

QuickExplainer::QuickExplainer(const TrainedModel& model, const Explainer& explainer)
    : model_(model), explainer_(explainer), exact_(explainer.EstimatedMicroseconds() <= kMostExactMicroseconds) {}

Explanation QuickExplainer::Explain(const FeatureVector& vector) const {
  return exact_ ? explainer_.Explain(vector) : ExplainByReplacement(model_, vector);
}

}  // namespace ebb
