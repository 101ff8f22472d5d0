#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "model/background_message.h"
#include "model/model_message.h"

namespace ebb {
namespace {

// The first rule that was broken, with the path of its field: reading goes on with harmless values, so that each reader
// below is one straight line of fields.
class Rules {
 public:
  template <typename... Parts>
  bool Require(bool holds, const Parts&... parts) {
    if (!holds && status_.ok()) {
      status_ = absl::DataLossError(absl::StrCat("the model file's ", prefix_, parts...));
    }
    return holds;
  }

  double Finite(double value, const char* field) {
    Require(std::isfinite(value), field, " is ", value, "; it must be finite");
    return value;
  }
  double Positive(double value, const char* field) {
    Require(std::isfinite(value) && value > 0, field, " is ", value, "; it must be above 0 and finite");
    return value;
  }
  template <typename Repeated>
  std::vector<double> AllFinite(const Repeated& values, const char* field) {
    for (const double value : values) Finite(value, field);
    return {values.begin(), values.end()};
  }

  void set_prefix(std::string prefix) { prefix_ = std::move(prefix); }
  bool ok() const { return status_.ok(); }
  const absl::Status& status() const { return status_; }

 private:
  std::string prefix_;
  absl::Status status_;
};

constexpr int kMostFeatures = 4096;
constexpr int kMostMembers = 256;
constexpr int kMostRegressors = 8;

// Nothing where it is not known.
std::optional<FeatureRole> ReadRole(v1::ModelFeatureRole role) {
  switch (role) {
    case v1::MODEL_FEATURE_ROLE_INPUT:
      return FeatureRole::kInput;
    case v1::MODEL_FEATURE_ROLE_SEGMENT:
      return FeatureRole::kSegment;
    case v1::MODEL_FEATURE_ROLE_INPUT_AND_SEGMENT:
      return FeatureRole::kInputAndSegment;
    default:
      return std::nullopt;
  }
}

FeatureSchema ReadSchema(const v1::ModelFile& message, Rules& rules) {
  rules.Require(message.features_size() >= 1 && message.features_size() <= kMostFeatures, "features are ",
                message.features_size(), "; there must be 1 to ", kMostFeatures);
  std::vector<FeatureSpec> specs;
  std::set<std::string> names;
  bool any_input = false;
  for (const v1::ModelFeature& feature : message.features()) {
    rules.Require(!feature.name().empty(), "features hold one without a name");
    rules.Require(names.insert(feature.name()).second, "features name ", feature.name(), " twice");
    rules.Require(feature.kind() == v1::MODEL_FEATURE_KIND_NUMBER || feature.kind() == v1::MODEL_FEATURE_KIND_CATEGORY,
                  "feature ", feature.name(), " has the unknown kind ", feature.kind());
    const std::optional<FeatureRole> role = ReadRole(feature.role());
    rules.Require(role.has_value(), "feature ", feature.name(), " has the unknown role ", feature.role());
    rules.Finite(feature.median(), "feature median");
    any_input |= role && IsInput(*role);
    specs.push_back(
        {.name = feature.name(),
         .kind = feature.kind() == v1::MODEL_FEATURE_KIND_NUMBER ? FeatureKind::kNumber : FeatureKind::kCategory,
         .role = role.value_or(FeatureRole::kInput),
         .group = feature.group(),
         .lever = feature.lever(),
         .description = feature.description(),
         .label = {.english = feature.label().en(), .russian = feature.label().ru()}});
  }
  rules.Require(any_input, "features hold no input");
  FeatureSchema schema(std::move(specs));
  rules.Require(schema.Fingerprint() == message.schema_fingerprint(), "schema fingerprint is ",
                message.schema_fingerprint(), " but its features have ", schema.Fingerprint());
  return schema;
}

Preprocessing ReadPreprocessing(const v1::ModelPreprocessing& message, const FeatureSchema& schema, Rules& rules) {
  Preprocessing result;
  rules.Require(message.scaling() >= v1::MODEL_SCALING_NONE && message.scaling() <= v1::MODEL_SCALING_ROBUST,
                "scaling is the unknown ", message.scaling());
  result.scaling = static_cast<Scaling>(message.scaling() - 1);
  const auto is_input = [&](uint32_t feature, FeatureKind kind) {
    return feature < schema.size() && schema[feature].kind == kind && IsInput(schema[feature].role);
  };
  for (const v1::ModelNumberColumn& number : message.numbers()) {
    rules.Require(is_input(number.feature(), FeatureKind::kNumber), "number column refers to feature ",
                  number.feature(), ", which is no number among the inputs");
    result.numbers.push_back({.feature = number.feature(),
                              .median = rules.Finite(number.median(), "number column's median"),
                              .center = rules.Finite(number.center(), "number column's center"),
                              .scale = rules.Positive(number.scale(), "number column's scale")});
  }
  for (const v1::ModelCategoryColumns& category : message.categories()) {
    rules.Require(is_input(category.feature(), FeatureKind::kCategory), "category columns refer to feature ",
                  category.feature(), ", which is no category among the inputs");
    rules.Require(std::adjacent_find(category.values().begin(), category.values().end(), std::greater_equal<>()) ==
                      category.values().end(),
                  "category values of feature ", category.feature(), " are not sorted and unique");
    rules.Require(std::find(category.values().begin(), category.values().end(), "") == category.values().end(),
                  "category values of feature ", category.feature(), " hold an empty one");
    result.categories.push_back({.feature = category.feature(),
                                 .most_frequent = category.most_frequent(),
                                 .values = {category.values().begin(), category.values().end()}});
  }
  rules.Require(result.width() > 0, "preprocessing has no columns");
  return result;
}

ColumnMatrix ReadMatrix(const v1::ModelMatrix& message, size_t width, Rules& rules) {
  const uint64_t rows = message.rows();
  if (!rules.Require(rows > 0 && message.columns() == width, "matrix is ", rows, " by ", message.columns(),
                     "; it must have rows, and the preprocessing's ", width, " columns") ||
      !rules.Require(static_cast<uint64_t>(message.values_size()) == rows * width, "matrix has ", message.values_size(),
                     " values for ", rows, " by ", width)) {
    return {};
  }
  ColumnMatrix result(rows, width);
  for (size_t c = 0; c < width; ++c) {
    for (size_t r = 0; r < rows; ++r) {
      result.Column(c)[r] = rules.Finite(message.values(static_cast<int>(c * rows + r)), "matrix value");
    }
  }
  return result;
}

LogisticRegression ReadEstimator(const v1::ModelLogisticRegression& message, size_t width, Rules& rules) {
  rules.Require(static_cast<size_t>(message.weights_size()) == width, "weights are ", message.weights_size(), " for ",
                width, " columns");
  return {.weights = rules.AllFinite(message.weights(), "weight"),
          .intercept = rules.Finite(message.intercept(), "intercept")};
}

KNearestNeighbours ReadEstimator(const v1::ModelKNearestNeighbours& message, size_t width, Rules& rules) {
  KNearestNeighbours result;
  result.rows = ReadMatrix(message.rows(), width, rules);
  rules.Require(message.k() >= 1 && message.k() <= result.rows.rows(), "k is ", message.k(), " for ",
                result.rows.rows(), " rows");
  rules.Require(message.metric() == v1::MODEL_METRIC_EUCLIDEAN || message.metric() == v1::MODEL_METRIC_MANHATTAN,
                "metric is the unknown ", message.metric());
  rules.Require(
      message.weighting() == v1::MODEL_WEIGHTING_UNIFORM || message.weighting() == v1::MODEL_WEIGHTING_DISTANCE,
      "weighting is the unknown ", message.weighting());
  rules.Require(message.labels().size() == result.rows.rows(), "labels are ", message.labels().size(), " for ",
                result.rows.rows(), " rows");
  rules.Require(message.labels().find_first_not_of(std::string_view("\0\1", 2)) == std::string::npos,
                "labels hold another byte than 0 and 1");
  result.k = static_cast<int>(message.k());
  result.metric = message.metric() == v1::MODEL_METRIC_MANHATTAN ? Metric::kManhattan : Metric::kEuclidean;
  result.weighting = message.weighting() == v1::MODEL_WEIGHTING_DISTANCE ? Weighting::kDistance : Weighting::kUniform;
  result.labels.assign(message.labels().begin(), message.labels().end());
  return result;
}

bool CheckLists(const v1::ModelDecisionTree& message, Rules& rules) {
  const int count = message.left_size();
  return rules.Require(count > 0 && message.right_size() == count && message.column_size() == count &&
                           message.threshold_size() == count && message.value_size() == count,
                       "tree has lists of ", count, ", ", message.right_size(), ", ", message.column_size(), ", ",
                       message.threshold_size(), " and ", message.value_size(),
                       " entries; they must be equally long and not empty");
}

enum class NodeValues { kShares, kFinite };

// Adds nodes [begin, end) of the lists, which are one tree and name children from its own root on.
void ReadTree(const v1::ModelDecisionTree& message, int begin, int end, size_t width, NodeValues values, Rules& rules,
              std::vector<TreeNode>& nodes) {
  const int count = end - begin;
  const auto root = static_cast<int32_t>(nodes.size());
  std::vector<bool> has_parent(static_cast<size_t>(count));
  for (int i = 0; i < count && rules.ok(); ++i) {
    const int left = message.left(begin + i), right = message.right(begin + i);
    const double value = message.value(begin + i);
    const bool leaf = left == -1 && right == -1;
    rules.Require(leaf || (left > i && left < count && right > i && right < count), "tree node ", i,
                  " has the children ", left, " and ", right, "; they must stand after it and before ", count);
    rules.Require(leaf || message.column(begin + i) < width, "tree node ", i, " splits column ",
                  message.column(begin + i), " of ", width);
    if (values == NodeValues::kShares) {
      rules.Require(value >= 0 && value <= 1, "tree node ", i, " has the share ", value, "; it must be 0 to 1");
    } else {
      rules.Require(std::isfinite(value), "tree node ", i, " has the value ", value, "; it must be finite");
    }
    for (const int child : {left, right}) {
      if (leaf || !rules.ok()) break;
      rules.Require(!has_parent[static_cast<size_t>(child)], "tree node ", child, " has two parents");
      has_parent[static_cast<size_t>(child)] = true;
    }
    nodes.push_back({.left = leaf ? -1 : left + root,
                     .right = leaf ? -1 : right + root,
                     .column = static_cast<int32_t>(message.column(begin + i)),
                     .threshold = rules.Finite(message.threshold(begin + i), "tree threshold"),
                     .value = value});
  }
}

DecisionTree ReadEstimator(const v1::ModelDecisionTree& message, size_t width, Rules& rules) {
  DecisionTree result;
  if (CheckLists(message, rules)) {
    ReadTree(message, 0, message.left_size(), width, NodeValues::kShares, rules, result.nodes);
  }
  return result;
}

// Of a ModelForest, a ModelGradientBoosting or a ModelRegressor.
template <typename Message>
TreeEnsemble ReadEnsemble(const Message& message, const char* name, size_t width, NodeValues values, Rules& rules) {
  TreeEnsemble result;
  if (!CheckLists(message.nodes(), rules)) return result;
  const auto count = static_cast<uint32_t>(message.nodes().left_size());
  rules.Require(message.roots_size() > 0 && message.roots(0) == 0, name, " has no tree that begins at node 0");
  for (int tree = 0; tree < message.roots_size() && rules.ok(); ++tree) {
    const uint32_t begin = message.roots(tree);
    const uint32_t end = tree + 1 < message.roots_size() ? message.roots(tree + 1) : count;
    if (!rules.Require(begin < end && end <= count, name, "'s tree ", tree, " has the nodes ", begin, " to ", end,
                       " of ", count, "; roots must rise")) {
      break;
    }
    result.roots.push_back(begin);
    ReadTree(message.nodes(), static_cast<int>(begin), static_cast<int>(end), width, values, rules, result.nodes);
  }
  return result;
}

TreeEnsemble ReadForest(const v1::ModelForest& message, size_t width, Rules& rules) {
  return ReadEnsemble(message, "forest", width, NodeValues::kShares, rules);
}

GradientBoosting ReadEstimator(const v1::ModelGradientBoosting& message, size_t width, Rules& rules) {
  return {.trees = ReadEnsemble(message, "boosting", width, NodeValues::kFinite, rules),
          .base_score = rules.Finite(message.base_score(), "base score")};
}

SupportVectorClassifier ReadEstimator(const v1::ModelSupportVectorClassifier& message, size_t width, Rules& rules) {
  SupportVectorClassifier result;
  rules.Require(
      message.kernel() >= v1::MODEL_KERNEL_KIND_LINEAR && message.kernel() <= v1::MODEL_KERNEL_KIND_POLYNOMIAL,
      "kernel is the unknown ", message.kernel());
  rules.Require(message.degree() >= 1 && message.degree() <= 10, "kernel degree is ", message.degree(),
                "; it must be 1 to 10");
  result.kernel = {.kind = static_cast<KernelKind>(message.kernel() - 1),
                   .gamma = rules.Positive(message.gamma(), "kernel gamma"),
                   .offset = rules.Finite(message.offset(), "kernel offset"),
                   .degree = static_cast<int>(message.degree())};
  result.vectors = ReadMatrix(message.vectors(), width, rules);
  rules.Require(static_cast<size_t>(message.coefficients_size()) == result.vectors.rows(), "coefficients are ",
                message.coefficients_size(), " for ", result.vectors.rows(), " vectors");
  result.coefficients = rules.AllFinite(message.coefficients(), "coefficient");
  result.rho = rules.Finite(message.rho(), "rho");
  return result;
}

Calibration ReadCalibration(const v1::ModelCalibration& message, Rules& rules) {
  Calibration result;
  if (message.has_sigmoid()) {
    rules.Require(message.scores_size() == 0 && message.probabilities_size() == 0,
                  "calibration has knots beside a sigmoid");
    result.sigmoid = {.slope = rules.Positive(message.sigmoid().slope(), "calibration's slope"),
                      .intercept = rules.Finite(message.sigmoid().intercept(), "calibration's intercept")};
    return result;
  }
  rules.Require(message.scores_size() > 0 && message.scores_size() == message.probabilities_size(), "calibration has ",
                message.scores_size(), " scores and ", message.probabilities_size(),
                " probabilities; they must be equally many and not none");
  if (!rules.ok()) return result;
  for (int i = 0; i < message.scores_size(); ++i) {
    const double score = rules.Finite(message.scores(i), "calibration score");
    const double probability = message.probabilities(i);
    rules.Require(probability > 0 && probability < 1, "calibration probability is ", probability,
                  "; it must lie strictly between 0 and 1");
    rules.Require(i == 0 || (score > message.scores(i - 1) && probability > message.probabilities(i - 1)),
                  "calibration does not rise at knot ", i);
    result.knots.push_back({.score = score, .probability = probability});
  }
  result.tail_scale = rules.Positive(message.tail_scale(), "calibration's tail scale");
  return result;
}

TrainedModel::Member ReadMember(const v1::ModelMember& message, const FeatureSchema& schema, Rules& rules) {
  TrainedModel::Member member;
  member.weight = rules.Positive(message.weight(), "weight");
  Pipeline& pipeline = member.pipeline;
  pipeline.preprocessing = ReadPreprocessing(message.preprocessing(), schema, rules);
  const size_t width = pipeline.preprocessing.width();
  switch (message.estimator_case()) {
    case v1::ModelMember::kLogisticRegression:
      pipeline.estimator = ReadEstimator(message.logistic_regression(), width, rules);
      break;
    case v1::ModelMember::kKNearestNeighbours:
      pipeline.estimator = ReadEstimator(message.k_nearest_neighbours(), width, rules);
      break;
    case v1::ModelMember::kDecisionTree:
      pipeline.estimator = ReadEstimator(message.decision_tree(), width, rules);
      break;
    case v1::ModelMember::kSupportVector:
      pipeline.estimator = ReadEstimator(message.support_vector(), width, rules);
      break;
    case v1::ModelMember::kRandomForest:
      pipeline.estimator = RandomForest{ReadForest(message.random_forest(), width, rules)};
      break;
    case v1::ModelMember::kExtraTrees:
      pipeline.estimator = ExtraTrees{ReadForest(message.extra_trees(), width, rules)};
      break;
    case v1::ModelMember::kGradientBoosting:
      pipeline.estimator = ReadEstimator(message.gradient_boosting(), width, rules);
      break;
    case v1::ModelMember::ESTIMATOR_NOT_SET:
      rules.Require(false, "estimator is missing or of a kind that this version does not know");
  }
  return member;
}

Regressor ReadRegressor(const v1::ModelRegressor& message, size_t width, Rules& rules) {
  Regressor result{
      .base = rules.Finite(message.base(), "regressor's base"), .averages = message.averages(), .trees = {}};
  if (!message.has_nodes()) {
    rules.Require(!message.averages() && message.roots_size() == 0, "regressor has no nodes for its trees");
    return result;
  }
  rules.Require(!message.averages() || message.base() == 0, "regressor's base is ", message.base(),
                "; it must be 0 where trees are averaged");
  result.trees = ReadEnsemble(message, "regressor", width, NodeValues::kFinite, rules);
  return result;
}

std::optional<RevenueForecast> ReadRevenue(const v1::ModelFile& message, const FeatureSchema& schema, Rules& rules) {
  if (!message.has_revenue()) return std::nullopt;
  rules.set_prefix("revenue: ");
  const v1::ModelRevenueForecast& revenue = message.revenue();
  RevenueForecast result{.preprocessing = ReadPreprocessing(revenue.preprocessing(), schema, rules),
                         .logarithm = revenue.logarithm(),
                         .regressors = {}};
  rules.Require(revenue.regressors_size() >= 1 && revenue.regressors_size() <= kMostRegressors, "regressors are ",
                revenue.regressors_size(), "; there must be 1 to ", kMostRegressors);
  for (int i = 0; i < revenue.regressors_size() && rules.ok(); ++i) {
    result.regressors.push_back(ReadRegressor(revenue.regressors(i), result.preprocessing.width(), rules));
  }
  rules.set_prefix("");
  return result;
}

void ReadSegments(const v1::ModelFile& message, TrainedModel& model, Rules& rules) {
  if (!message.has_segments()) return;
  const v1::ModelSegmentBounds& segments = message.segments();
  const auto feature = model.schema.IndexOf(segments.feature());
  rules.Require(feature.has_value() && model.schema[*feature].kind == FeatureKind::kNumber &&
                    IsForSegments(model.schema[*feature].role),
                "segments are over ", segments.feature(), ", which is no number for segments");
  model.segments = {.feature = segments.feature(),
                    .lower = rules.Finite(segments.lower(), "lower profit bound"),
                    .upper = rules.Finite(segments.upper(), "upper profit bound")};
  rules.Require(segments.lower() <= segments.upper(), "lower profit bound ", segments.lower(), " is above the upper ",
                segments.upper());
}

}  // namespace

absl::StatusOr<TrainedModel> FromMessage(const v1::ModelFile& message) {
  Rules rules;
  TrainedModel model;
  model.schema = ReadSchema(message, rules);
  for (const v1::ModelFeature& feature : message.features()) {
    model.background.push_back({.median = feature.median(), .most_frequent = feature.most_frequent()});
  }
  rules.Require(message.members_size() >= 1 && message.members_size() <= kMostMembers, "members are ",
                message.members_size(), "; there must be 1 to ", kMostMembers);
  for (int i = 0; i < message.members_size() && rules.ok(); ++i) {
    rules.set_prefix(absl::StrCat("member ", i, ": "));
    model.members.push_back(ReadMember(message.members(i), model.schema, rules));
  }
  rules.set_prefix("");
  model.intercept = rules.Finite(message.intercept(), "intercept");
  const bool of_version_one = !message.has_calibration() && message.members_size() == 1;
  model.calibration = ReadCalibration(of_version_one ? message.members(0).calibration() : message.calibration(), rules);
  ReadSegments(message, model, rules);
  model.revenue = ReadRevenue(message, model.schema, rules);
  model.horizon_months = message.horizon_months();
  rules.Require(model.horizon_months >= 1 && model.horizon_months <= 120, "horizon is ", model.horizon_months,
                " months; it must be 1 to 120");
  model.risk_threshold = message.risk_threshold();
  rules.Require(model.risk_threshold > 0 && model.risk_threshold < 1, "risk threshold is ", model.risk_threshold,
                "; it must lie strictly between 0 and 1");
  const v1::ModelLineage& lineage = message.lineage();
  model.lineage = {.seed = lineage.seed(),
                   .data_sha256 = lineage.data_sha256(),
                   .as_of_micros = {lineage.as_of_micros().begin(), lineage.as_of_micros().end()},
                   .positive_class = lineage.positive_class(),
                   .training_rows = lineage.training_rows()};
  if (message.has_background_rows() && rules.ok()) {
    std::string broken;
    model.background_rows = BackgroundFromMessage(model.schema, message.background_rows(), &broken);
    rules.Require(broken.empty(), broken);
  }
  if (!rules.ok()) return rules.status();
  return model;
}

}  // namespace ebb
