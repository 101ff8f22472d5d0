#include "model/pipeline.h"

namespace ebb {

const std::array<std::string_view, std::variant_size_v<Estimator>>& EstimatorNames() {
  static constexpr std::array<std::string_view, std::variant_size_v<Estimator>> kNames = {
      "logistic_regression", "k_nearest_neighbours", "decision_tree",    "support_vector",
      "random_forest",       "extra_trees",          "gradient_boosting"};
  return kNames;
}

std::string_view EstimatorName(const Estimator& estimator) { return EstimatorNames()[estimator.index()]; }

void Pipeline::Score(std::span<const FeatureVector> vectors, std::span<double> scores) const {
  RowMatrix rows(vectors.size(), preprocessing.width());
  for (size_t r = 0; r < vectors.size(); ++r) preprocessing.Transform(vectors[r], rows.Row(r));
  std::visit([&](const auto& fitted) { fitted.Score(rows, scores); }, estimator);
}

}  // namespace ebb
