#include "scorer/testing/straight_line_model.h"

#include <utility>

namespace ebb::scorer::testing {

TrainedModel StraightLineModel(double shift) {
  TrainedModel model;
  model.schema =
      FeatureSchema({{.name = "revenue", .group = "purchase", .description = {}},
                     {.name = "profit", .role = FeatureRole::kSegment, .group = "purchase", .description = {}}});
  Pipeline pipeline;
  pipeline.preprocessing.scaling = Scaling::kNone;
  pipeline.preprocessing.numbers = {{.feature = 0, .median = 0, .center = 0, .scale = 1}};
  pipeline.estimator = LogisticRegression{.weights = {1}, .intercept = shift};
  model.calibration.knots = {{.score = -4, .probability = 0.1}, {.score = 4, .probability = 0.9}};
  model.members.push_back({.weight = 1, .pipeline = std::move(pipeline)});
  model.background = {{.median = 0, .most_frequent = {}}, {.median = 0, .most_frequent = {}}};
  model.segments = {.feature = "profit", .lower = 10, .upper = 100};
  model.lineage.data_sha256 = std::string(64, '0');
  model.lineage.training_rows = 1;
  return model;
}

TrainedModel StraightLineModelWithRevenue(double shift) {
  TrainedModel model = StraightLineModel(shift);
  const TreeEnsemble trees{
      .nodes = {{.left = 1, .right = 2, .column = 0, .threshold = 0}, {.value = -100}, {.value = 50}}, .roots = {0}};
  model.revenue = RevenueForecast{.preprocessing = model.members.front().pipeline.preprocessing,
                                  .regressors = {{.base = 150, .trees = trees}}};
  return model;
}

}  // namespace ebb::scorer::testing
