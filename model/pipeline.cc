#include "model/pipeline.h"

namespace ebb {

std::string_view EstimatorName(const Estimator& estimator) {
  constexpr std::string_view kNames[] = {"logistic_regression", "k_nearest_neighbours", "decision_tree",
                                         "support_vector"};
  static_assert(std::size(kNames) == std::variant_size_v<Estimator>);
  return kNames[estimator.index()];
}

void Pipeline::Score(std::span<const FeatureVector> vectors, std::span<double> scores) const {
  RowMatrix rows(vectors.size(), preprocessing.width());
  for (size_t r = 0; r < vectors.size(); ++r) preprocessing.Transform(vectors[r], rows.Row(r));
  std::visit([&](const auto& fitted) { fitted.Score(rows, scores); }, estimator);
}

}  // namespace ebb
