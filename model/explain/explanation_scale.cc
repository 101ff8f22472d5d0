#include "model/explain/explanation_scale.h"

#include <variant>

namespace ebb {

ShapleyScale ScaleOf(const Estimator& estimator) {
  if (std::holds_alternative<LogisticRegression>(estimator)) return ShapleyScale::kLogOdds;
  if (std::holds_alternative<GradientBoosting>(estimator)) return ShapleyScale::kLogOdds;
  if (std::holds_alternative<SupportVectorClassifier>(estimator)) return ShapleyScale::kDecisionValue;
  return ShapleyScale::kShare;
}

ShapleyScale RankingScale(const TrainedModel& model) {
  return model.members.size() == 1 ? ScaleOf(model.members.front().pipeline.estimator) : ShapleyScale::kLogOdds;
}

}  // namespace ebb
