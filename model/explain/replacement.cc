#include "model/explain/replacement.h"

#include <vector>

#include "model/explain/explanation_scale.h"

namespace ebb {
namespace {

FeatureValue StandIn(const TrainedModel& model, size_t feature) {
  const FeatureBackground& background = model.background[feature];
  return model.schema[feature].kind == FeatureKind::kNumber ? FeatureValue::Number(background.median)
                                                            : FeatureValue::Category(background.most_frequent);
}

}  // namespace

Explanation ExplainByReplacement(const TrainedModel& model, const FeatureVector& vector) {
  std::vector<size_t> inputs;
  std::vector<FeatureVector> vectors = {vector, vector};  // as it is; with all inputs replaced; with one replaced, each
  for (size_t f = 0; f < model.schema.size(); ++f) {
    if (!IsInput(model.schema[f].role)) continue;
    inputs.push_back(f);
    vectors[1][f] = StandIn(model, f);
    vectors.push_back(vector);
    vectors.back()[f] = vectors[1][f];
  }
  std::vector<Score> scores(vectors.size());
  model.ScoreBatch(vectors, scores);

  Explanation explanation{.scale = RankingScale(model),
                          .method = ShapleyMethod::kReplacement,
                          .base = scores[1].ranking_score,
                          .score = scores[0].ranking_score,
                          .contributions = std::vector<double>(vector.size()),
                          .standard_errors = {}};
  for (size_t i = 0; i < inputs.size(); ++i) {
    explanation.contributions[inputs[i]] = explanation.score - scores[i + 2].ranking_score;
  }
  return explanation;
}

}  // namespace ebb
