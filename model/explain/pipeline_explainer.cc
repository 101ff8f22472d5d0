#include "model/explain/pipeline_explainer.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>
#include <type_traits>
#include <utility>

#include "model/explain/explanation_scale.h"
#include "model/explain/sampled_shapley.h"

namespace ebb {
namespace {

RowMatrix Preprocessed(const Preprocessing& preprocessing, std::span<const FeatureVector> vectors) {
  RowMatrix rows(vectors.size(), preprocessing.width());
  for (size_t r = 0; r < vectors.size(); ++r) preprocessing.Transform(vectors[r], rows.Row(r));
  return rows;
}

void ScoreRows(const Estimator& estimator, const RowMatrix& rows, std::span<double> scores) {
  std::visit([&](const auto& fitted) { fitted.Score(rows, scores); }, estimator);
}

double MeanScore(const Estimator& estimator, const RowMatrix& rows) {
  std::vector<double> scores(rows.rows());
  ScoreRows(estimator, rows, scores);
  return std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(scores.size());
}

// What a linear kernel's decision value comes to.
std::vector<double> WeightsOf(const SupportVectorClassifier& fitted) {
  std::vector<double> weights(fitted.vectors.columns());
  for (size_t c = 0; c < weights.size(); ++c) {
    const std::span<const double> column = fitted.vectors.Column(c);
    for (size_t i = 0; i < column.size(); ++i) weights[c] += fitted.coefficients[i] * column[i];
  }
  return weights;
}

}  // namespace

template <typename T>
void PipelineExplainer::Choose(const T& estimator) {
  if constexpr (std::is_same_v<T, LogisticRegression>) {
    method_.emplace<LinearShapley>(estimator.weights, players_, background_);
  } else if constexpr (std::is_same_v<T, SupportVectorClassifier>) {
    if (estimator.kernel.kind == KernelKind::kLinear) {
      method_.emplace<LinearShapley>(WeightsOf(estimator), players_, background_);
    } else if (estimator.kernel.kind == KernelKind::kRbf && players_.size() <= ProductShapley::kMostPlayers) {
      method_.emplace<ProductShapley>(estimator, players_, background_);
    }
  } else if constexpr (std::is_same_v<T, DecisionTree>) {
    ChooseTrees(estimator.nodes, std::vector<uint32_t>{0}, 1);
  } else if constexpr (std::is_same_v<T, RandomForest> || std::is_same_v<T, ExtraTrees>) {
    ChooseTrees(estimator.trees.nodes, estimator.trees.roots, 1 / static_cast<double>(estimator.trees.roots.size()));
  } else if constexpr (std::is_same_v<T, GradientBoosting>) {
    ChooseTrees(estimator.trees.nodes, estimator.trees.roots, 1);
  }
}

void PipelineExplainer::ChooseTrees(std::span<const TreeNode> nodes, std::span<const uint32_t> roots, double scale) {
  if (TreeShapley::LongestPath(nodes) > TreeShapley::kLongestPath) return;
  method_.emplace<TreeShapley>(nodes, roots, scale, players_, background_);
}

PipelineExplainer::PipelineExplainer(const Pipeline& pipeline, size_t features,
                                     std::span<const FeatureVector> background)
    : pipeline_(pipeline),
      features_(features),
      players_(pipeline.preprocessing),
      background_(Preprocessed(pipeline.preprocessing, background)),
      base_(MeanScore(pipeline.estimator, background_)) {
  assert(!background.empty() && background.size() <= kMostBackgroundRows);
  std::visit([this](const auto& estimator) { Choose(estimator); }, pipeline.estimator);
}

Explanation PipelineExplainer::Explain(const FeatureVector& vector) const {
  const RowMatrix row = Preprocessed(pipeline_.preprocessing, {&vector, 1});
  Explanation explanation;
  explanation.scale = ScaleOf(pipeline_.estimator);
  explanation.base = base_;
  ScoreRows(pipeline_.estimator, row, {&explanation.score, 1});

  std::vector<double> by_player(players_.size()), errors;
  if (const auto* linear = std::get_if<LinearShapley>(&method_)) {
    explanation.method = ShapleyMethod::kExactLinear;
    linear->Explain(row.Row(0), players_, by_player);
  } else if (const auto* product = std::get_if<ProductShapley>(&method_)) {
    explanation.method = ShapleyMethod::kExactProduct;
    product->Explain(row.Row(0), players_, by_player);
  } else if (const auto* trees = std::get_if<TreeShapley>(&method_)) {
    explanation.method = ShapleyMethod::kExactTree;
    trees->Explain(row.Row(0), by_player);
  } else {
    explanation.method = ShapleyMethod::kSampled;
    errors.resize(players_.size());
    Sample(row.Row(0), by_player, errors);
  }
  explanation.contributions.resize(features_);
  if (!errors.empty()) explanation.standard_errors.resize(features_);
  for (size_t f = 0; f < players_.size(); ++f) {
    explanation.contributions[players_.FeatureOf(f)] = by_player[f];
    if (!errors.empty()) explanation.standard_errors[players_.FeatureOf(f)] = errors[f];
  }
  return explanation;
}

double PipelineExplainer::EstimatedMicroseconds() const {
  if (std::holds_alternative<Sampled>(method_)) return std::numeric_limits<double>::infinity();
  if (const auto* product = std::get_if<ProductShapley>(&method_)) return product->EstimatedMicroseconds();
  if (const auto* trees = std::get_if<TreeShapley>(&method_)) return trees->EstimatedMicroseconds();
  return 0;  // linear: less than one
}

void PipelineExplainer::Sample(std::span<const double> row, std::span<double> contributions,
                               std::span<double> errors) const {
  RowMatrix mixed(players_.size() + 1, players_.columns());
  const SampledGame game = {
      .players = players_.size(),
      .background_rows = background_.rows(),
      .walk = [&](std::span<const uint32_t> order, size_t background_row, std::span<double> worths) {
        std::ranges::copy(background_.Row(background_row), mixed.Row(0).begin());
        for (size_t i = 0; i < order.size(); ++i) {
          std::ranges::copy(mixed.Row(i), mixed.Row(i + 1).begin());
          for (const size_t c : players_.ColumnsOf(order[i])) mixed.Row(i + 1)[c] = row[c];
        }
        ScoreRows(pipeline_.estimator, mixed, worths);
      }};
  SampleShapley(game, contributions, errors);
}

}  // namespace ebb
