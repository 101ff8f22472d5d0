#include "scorer/told_score.h"

namespace ebb::scorer {

std::vector<ToldScore> TellScores(const TrainedModel& model, const std::vector<FeatureVector>& vectors) {
  std::vector<Score> scores(vectors.size());
  model.ScoreBatch(vectors, scores);
  std::vector<ToldScore> told(vectors.size());
  for (size_t i = 0; i < told.size(); ++i) told[i].score = scores[i];
  if (!model.revenue.has_value()) return told;
  std::vector<double> amounts(vectors.size());
  model.revenue->Tell(vectors, amounts);
  for (size_t i = 0; i < told.size(); ++i) told[i].expected_revenue = amounts[i];
  return told;
}

}  // namespace ebb::scorer
