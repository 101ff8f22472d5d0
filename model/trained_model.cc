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
  std::vector<double> raw(vectors.size());
  for (Score& score : scores) score = Score{};
  for (const Member& member : members) {
    member.pipeline.Score(vectors, raw);
    for (size_t i = 0; i < raw.size(); ++i) {
      const double probability = member.pipeline.calibration.Probability(raw[i]);
      if (members.size() == 1) {
        scores[i] = {.ranking_score = raw[i], .probability = probability};
      } else {
        scores[i].probability += member.weight * probability;
        scores[i].ranking_score = scores[i].probability;
      }
    }
  }
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
