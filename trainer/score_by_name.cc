#include "trainer/score_by_name.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"

namespace ebb::trainer {
namespace {

constexpr size_t kAbsent = SIZE_MAX;
constexpr size_t kBatch = 1'024;  // vectors that are there at once

// Where the model's features stand in the table.
absl::StatusOr<std::vector<size_t>> Places(const FeatureSchema& model, const FeatureSchema& table) {
  std::vector<size_t> places(model.size(), kAbsent);
  for (size_t i = 0; i < model.size(); ++i) {
    const std::optional<size_t> place = table.IndexOf(model[i].name);
    if (place && table[*place].kind == model[i].kind) {
      places[i] = *place;
    } else if (IsInput(model[i].role)) {
      return absl::FailedPreconditionError(
          absl::StrCat("the training set lacks the champion's input `", model[i].name, "`"));
    }
  }
  return places;
}

FeatureVector InOrder(const std::vector<size_t>& places, const FeatureVector& found) {
  FeatureVector vector(places.size());
  for (size_t i = 0; i < vector.size(); ++i) {
    if (places[i] != kAbsent) vector[i] = found[places[i]];
  }
  return vector;
}

}  // namespace

absl::StatusOr<std::vector<Score>> ScoreByName(const TrainedModel& model, const Dataset& dataset,
                                               std::span<const uint32_t> rows) {
  const absl::StatusOr<std::vector<size_t>> places = Places(model.schema, dataset.schema());
  if (!places.ok()) return places.status();
  std::vector<Score> scores(rows.size());
  std::vector<FeatureVector> vectors;
  for (size_t begin = 0; begin < rows.size(); begin += kBatch) {
    const size_t count = std::min(kBatch, rows.size() - begin);
    vectors.clear();
    for (const uint32_t row : rows.subspan(begin, count)) vectors.push_back(InOrder(*places, dataset.Row(row)));
    model.ScoreBatch(vectors, std::span(scores).subspan(begin, count));
  }
  return scores;
}

}  // namespace ebb::trainer
