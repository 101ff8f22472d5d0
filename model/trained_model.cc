#include "model/trained_model.h"

#include <cassert>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace ebb {

Score TrainedModel::ScoreOne(const FeatureVector& vector) const {
  Score score;
  ScoreBatch({&vector, 1}, {&score, 1});
  return score;
}

void TrainedModel::ScoreBatch(std::span<const FeatureVector> vectors, std::span<Score> scores) const {
  assert(vectors.size() == scores.size());
  for (const FeatureVector& vector : vectors) assert(vector.size() == schema.size()), (void)vector;
  std::vector<double> own(vectors.size());
  for (Score& score : scores) score = {.ranking_score = intercept};
  for (const Member& member : members) {
    member.pipeline.Score(vectors, own);
    for (size_t i = 0; i < own.size(); ++i) scores[i].ranking_score += member.weight * own[i];
  }
  for (Score& score : scores) score.probability = calibration.Probability(score.ranking_score);
}

std::vector<FeatureVector> TrainedModel::ExplanationBackground() const {
  if (!background_rows.empty()) return background_rows;
  FeatureVector row;
  for (size_t i = 0; i < schema.size(); ++i) {
    row.push_back(schema[i].kind == FeatureKind::kNumber ? FeatureValue::Number(background[i].median)
                                                         : FeatureValue::Category(background[i].most_frequent));
  }
  return {row};
}

absl::Status TrainedModel::CheckVector(const FeatureVector& vector) const {
  if (vector.size() != schema.size()) {
    return absl::InvalidArgumentError(absl::StrCat("the vector has ", vector.size(), " features, the model takes ",
                                                   schema.size(), "; build it from the model's schema"));
  }
  for (size_t i = 0; i < vector.size(); ++i) {
    if (schema[i].kind == FeatureKind::kNumber && std::isinf(vector[i].number)) {
      return absl::InvalidArgumentError(absl::StrCat("feature ", schema[i].name, " is ", vector[i].number,
                                                     "; a number must be finite, or absent where it is not known"));
    }
  }
  return absl::OkStatus();
}

}  // namespace ebb
