#include "model/explain/explainer.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "model/explain/sampled_shapley.h"

namespace ebb {
namespace {

ShapleyMethod Together(ShapleyMethod a, ShapleyMethod b) {
  if (a == b) return a;
  return a == ShapleyMethod::kSampled || b == ShapleyMethod::kSampled ? ShapleyMethod::kSampled
                                                                      : ShapleyMethod::kExactMixed;
}

void AddWeighted(double weight, const std::vector<double>& from, std::vector<double>& to) {
  to.resize(std::max(to.size(), from.size()));
  for (size_t i = 0; i < from.size(); ++i) to[i] += weight * from[i];
}

std::vector<uint32_t> InputsOf(const FeatureSchema& schema) {
  std::vector<uint32_t> inputs;
  for (size_t i = 0; i < schema.size(); ++i) {
    if (IsInput(schema[i].role)) inputs.push_back(static_cast<uint32_t>(i));
  }
  return inputs;
}

double MeanProbability(const TrainedModel& model, const std::vector<FeatureVector>& vectors) {
  std::vector<Score> scores(vectors.size());
  model.ScoreBatch(vectors, scores);
  double sum = 0;
  for (const Score& score : scores) sum += score.probability;
  return sum / static_cast<double>(vectors.size());
}

}  // namespace

Explainer::Explainer(const TrainedModel& model) : Explainer(model, model.ExplanationBackground()) {}

Explainer::Explainer(const TrainedModel& model, std::vector<FeatureVector> background)
    : model_(model), background_(std::move(background)) {
  members_.reserve(model.members.size());
  for (const TrainedModel::Member& member : model.members) {
    members_.emplace_back(member.pipeline, model.schema.size(), background_);
  }
}

Explanation Explainer::Explain(const FeatureVector& vector) const {
  assert(vector.size() == model_.schema.size());
  if (members_.size() == 1) return members_.front().Explain(vector);
  Explanation sum;
  sum.scale = ShapleyScale::kLogOdds;
  sum.base = sum.score = model_.intercept;
  for (size_t m = 0; m < members_.size(); ++m) {
    const Explanation member = members_[m].Explain(vector);
    const double weight = model_.members[m].weight;
    sum.method = m == 0 ? member.method : Together(sum.method, member.method);
    sum.base += weight * member.base;
    sum.score += weight * member.score;
    AddWeighted(weight, member.contributions, sum.contributions);
    AddWeighted(weight, member.standard_errors, sum.standard_errors);
  }
  return sum;
}

double Explainer::EstimatedMicroseconds() const {
  double sum = 0;
  for (const PipelineExplainer& member : members_) sum += member.EstimatedMicroseconds();
  return sum;
}

Explanation Explainer::ExplainProbability(const FeatureVector& vector) const {
  const std::vector<uint32_t> inputs = InputsOf(model_.schema);
  std::vector<FeatureVector> mixed(inputs.size() + 1);
  std::vector<Score> scores(mixed.size());
  const SampledGame game = {
      .players = inputs.size(),
      .background_rows = background_.size(),
      .walk = [&](std::span<const uint32_t> order, size_t background_row, std::span<double> worths) {
        mixed[0] = background_[background_row];
        for (size_t i = 0; i < order.size(); ++i) {
          mixed[i + 1] = mixed[i];
          mixed[i + 1][inputs[order[i]]] = vector[inputs[order[i]]];
        }
        model_.ScoreBatch(mixed, scores);
        for (size_t i = 0; i < scores.size(); ++i) worths[i] = scores[i].probability;
      }};
  std::vector<double> contributions(inputs.size()), errors(inputs.size());
  SampleShapley(game, contributions, errors);

  Explanation explanation{.scale = ShapleyScale::kProbability,
                          .method = ShapleyMethod::kSampled,
                          .base = MeanProbability(model_, background_),
                          .score = model_.ScoreOne(vector).probability,
                          .contributions = std::vector<double>(vector.size()),
                          .standard_errors = std::vector<double>(vector.size())};
  for (size_t f = 0; f < inputs.size(); ++f) {
    explanation.contributions[inputs[f]] = contributions[f];
    explanation.standard_errors[inputs[f]] = errors[f];
  }
  return explanation;
}

}  // namespace ebb
