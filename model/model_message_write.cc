#include "model/background_message.h"
#include "model/model_message.h"

namespace ebb {
namespace {

void Write(const ColumnMatrix& matrix, v1::ModelMatrix* out) {
  out->set_rows(matrix.rows());
  out->set_columns(matrix.columns());
  for (size_t c = 0; c < matrix.columns(); ++c) {
    const auto column = matrix.Column(c);
    out->mutable_values()->Add(column.begin(), column.end());
  }
}

void Write(const Preprocessing& preprocessing, v1::ModelPreprocessing* out) {
  out->set_scaling(static_cast<v1::ModelScaling>(static_cast<int>(preprocessing.scaling) + 1));
  for (const NumberColumn& number : preprocessing.numbers) {
    v1::ModelNumberColumn* column = out->add_numbers();
    column->set_feature(number.feature);
    column->set_median(number.median);
    column->set_center(number.center);
    column->set_scale(number.scale);
  }
  for (const CategoryColumns& category : preprocessing.categories) {
    v1::ModelCategoryColumns* columns = out->add_categories();
    columns->set_feature(category.feature);
    columns->set_most_frequent(category.most_frequent);
    columns->mutable_values()->Add(category.values.begin(), category.values.end());
  }
}

void WriteEstimator(const LogisticRegression& fitted, v1::ModelMember* member) {
  v1::ModelLogisticRegression* out = member->mutable_logistic_regression();
  out->mutable_weights()->Add(fitted.weights.begin(), fitted.weights.end());
  out->set_intercept(fitted.intercept);
}

void WriteEstimator(const KNearestNeighbours& fitted, v1::ModelMember* member) {
  v1::ModelKNearestNeighbours* out = member->mutable_k_nearest_neighbours();
  out->set_k(fitted.k);
  out->set_metric(fitted.metric == Metric::kEuclidean ? v1::MODEL_METRIC_EUCLIDEAN : v1::MODEL_METRIC_MANHATTAN);
  out->set_weighting(fitted.weighting == Weighting::kUniform ? v1::MODEL_WEIGHTING_UNIFORM
                                                             : v1::MODEL_WEIGHTING_DISTANCE);
  Write(fitted.rows, out->mutable_rows());
  out->set_labels(std::string(fitted.labels.begin(), fitted.labels.end()));
}

// Of one tree that begins at `root`; children are counted from there.
void AddNode(const TreeNode& node, int32_t root, v1::ModelDecisionTree* out) {
  out->add_left(node.left < 0 ? -1 : node.left - root);
  out->add_right(node.left < 0 ? -1 : node.right - root);
  out->add_column(node.column);
  out->add_threshold(node.threshold);
  out->add_value(node.value);
}

void WriteEstimator(const DecisionTree& fitted, v1::ModelMember* member) {
  for (const TreeNode& node : fitted.nodes) AddNode(node, 0, member->mutable_decision_tree());
}

// Into a ModelForest, a ModelGradientBoosting or a ModelRegressor.
template <typename Message>
void WriteEnsemble(const TreeEnsemble& trees, Message* out) {
  out->mutable_roots()->Add(trees.roots.begin(), trees.roots.end());
  size_t tree = 0;
  for (size_t i = 0; i < trees.nodes.size(); ++i) {
    if (tree + 1 < trees.roots.size() && trees.roots[tree + 1] == i) ++tree;
    AddNode(trees.nodes[i], static_cast<int32_t>(trees.roots[tree]), out->mutable_nodes());
  }
}

void WriteEstimator(const RandomForest& fitted, v1::ModelMember* member) {
  WriteEnsemble(fitted.trees, member->mutable_random_forest());
}

void WriteEstimator(const ExtraTrees& fitted, v1::ModelMember* member) {
  WriteEnsemble(fitted.trees, member->mutable_extra_trees());
}

void WriteEstimator(const GradientBoosting& fitted, v1::ModelMember* member) {
  WriteEnsemble(fitted.trees, member->mutable_gradient_boosting());
  member->mutable_gradient_boosting()->set_base_score(fitted.base_score);
}

void WriteEstimator(const SupportVectorClassifier& fitted, v1::ModelMember* member) {
  v1::ModelSupportVectorClassifier* out = member->mutable_support_vector();
  out->set_kernel(static_cast<v1::ModelKernelKind>(static_cast<int>(fitted.kernel.kind) + 1));
  out->set_gamma(fitted.kernel.gamma);
  out->set_offset(fitted.kernel.offset);
  out->set_degree(fitted.kernel.degree);
  Write(fitted.vectors, out->mutable_vectors());
  out->mutable_coefficients()->Add(fitted.coefficients.begin(), fitted.coefficients.end());
  out->set_rho(fitted.rho);
}

void Write(const RevenueForecast& revenue, v1::ModelRevenueForecast* out) {
  Write(revenue.preprocessing, out->mutable_preprocessing());
  out->set_logarithm(revenue.logarithm);
  for (const Regressor& regressor : revenue.regressors) {
    v1::ModelRegressor* message = out->add_regressors();
    message->set_base(regressor.base);
    message->set_averages(regressor.averages);
    if (!regressor.trees.roots.empty()) WriteEnsemble(regressor.trees, message);
  }
}

void Write(const Calibration& calibration, v1::ModelCalibration* out) {
  if (calibration.sigmoid) {
    out->mutable_sigmoid()->set_slope(calibration.sigmoid->slope);
    out->mutable_sigmoid()->set_intercept(calibration.sigmoid->intercept);
    return;
  }
  for (const Calibration::Knot& knot : calibration.knots) {
    out->add_scores(knot.score);
    out->add_probabilities(knot.probability);
  }
  out->set_tail_scale(calibration.tail_scale);
}

v1::ModelFeatureRole RoleMessage(FeatureRole role) {
  switch (role) {
    case FeatureRole::kInput:
      return v1::MODEL_FEATURE_ROLE_INPUT;
    case FeatureRole::kSegment:
      return v1::MODEL_FEATURE_ROLE_SEGMENT;
    case FeatureRole::kInputAndSegment:
      return v1::MODEL_FEATURE_ROLE_INPUT_AND_SEGMENT;
  }
  return v1::MODEL_FEATURE_ROLE_UNSPECIFIED;
}

void Write(const TrainedModel& model, size_t feature, v1::ModelFeature* out) {
  const FeatureSpec& spec = model.schema[feature];
  out->set_name(spec.name);
  out->set_kind(spec.kind == FeatureKind::kNumber ? v1::MODEL_FEATURE_KIND_NUMBER : v1::MODEL_FEATURE_KIND_CATEGORY);
  out->set_role(RoleMessage(spec.role));
  out->set_group(spec.group);
  out->set_lever(spec.lever);
  out->set_description(spec.description);
  if (!spec.label.english.empty()) out->mutable_label()->set_en(spec.label.english);
  if (!spec.label.russian.empty()) out->mutable_label()->set_ru(spec.label.russian);
  out->set_median(model.background[feature].median);
  out->set_most_frequent(model.background[feature].most_frequent);
}

}  // namespace

v1::ModelFile ToMessage(const TrainedModel& model) {
  v1::ModelFile message;
  for (size_t i = 0; i < model.schema.size(); ++i) Write(model, i, message.add_features());
  message.set_schema_fingerprint(model.schema.Fingerprint());
  for (const TrainedModel::Member& member : model.members) {
    v1::ModelMember* out = message.add_members();
    out->set_weight(member.weight);
    Write(member.pipeline.preprocessing, out->mutable_preprocessing());
    std::visit([&](const auto& fitted) { WriteEstimator(fitted, out); }, member.pipeline.estimator);
  }
  message.set_intercept(model.intercept);
  Write(model.calibration, message.mutable_calibration());
  if (!model.segments.feature.empty()) {
    message.mutable_segments()->set_feature(model.segments.feature);
    message.mutable_segments()->set_lower(model.segments.lower);
    message.mutable_segments()->set_upper(model.segments.upper);
  }
  if (model.revenue) Write(*model.revenue, message.mutable_revenue());
  message.set_horizon_months(model.horizon_months);
  message.set_risk_threshold(model.risk_threshold);
  v1::ModelLineage* lineage = message.mutable_lineage();
  lineage->set_seed(model.lineage.seed);
  lineage->set_data_sha256(model.lineage.data_sha256);
  lineage->mutable_as_of_micros()->Add(model.lineage.as_of_micros.begin(), model.lineage.as_of_micros.end());
  lineage->set_positive_class(model.lineage.positive_class);
  lineage->set_training_rows(model.lineage.training_rows);
  if (!model.background_rows.empty()) {
    *message.mutable_background_rows() = BackgroundToMessage(model.schema, model.background_rows);
  }
  return message;
}

}  // namespace ebb
