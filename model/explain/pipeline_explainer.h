#pragma once

#include <span>
#include <variant>
#include <vector>

#include "model/explain/linear_shapley.h"
#include "model/explain/players.h"
#include "model/explain/product_shapley.h"
#include "model/explain/shapley.h"
#include "model/explain/tree_shapley.h"
#include "model/pipeline.h"

namespace ebb {

// Explains one pipeline on its estimator's own scale: exactly where the estimator allows (linear models, trees, the RBF
// kernel), by sampling where it does not (neighbours, the polynomial kernel, an RBF kernel of more than 64 features,
// trees deeper than 512). Borrows the pipeline. Immutable, so threads may share one.
class PipelineExplainer {
 public:
  // `features`: of the schema that the pipeline reads. The background has 1 to kMostBackgroundRows rows.
  PipelineExplainer(const Pipeline& pipeline, size_t features, std::span<const FeatureVector> background);

  Explanation Explain(const FeatureVector& vector) const;

  // Of one Explain, from the sizes of what it walks (measured by `./dev bench explain`); infinite where it samples.
  double EstimatedMicroseconds() const;

 private:
  struct Sampled {};
  using Method = std::variant<Sampled, LinearShapley, ProductShapley, TreeShapley>;

  void Sample(std::span<const double> row, std::span<double> contributions, std::span<double> errors) const;

  template <typename Estimator>
  void Choose(const Estimator& estimator);
  void ChooseTrees(std::span<const TreeNode> nodes, std::span<const uint32_t> roots, double scale);

  const Pipeline& pipeline_;
  const size_t features_;
  const Players players_;
  RowMatrix background_;
  double base_ = 0;
  Method method_;
};

}  // namespace ebb
