#include "trainer/fit/gradient_boosting.h"

#include <gtest/gtest.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "model/arithmetic/exp_log.h"
#include "runtime/digest.h"
#include "trainer/evaluation/folds.h"
#include "trainer/evaluation/metrics.h"
#include "trainer/fit/pipeline.h"
#include "trainer/search/grid_search.h"
#include "trainer/testing/random_rows.h"

namespace ebb::trainer {
namespace {

using Rows = RandomRows;

Rows DrawTwoClasses(unsigned seed, size_t count, int levels = 0) { return DrawRows(seed, count, levels, 0.6); }

GradientBoosting Fit(const Rows& rows, const GradientBoostingSetting& setting, int threads = 1, uint64_t seed = 7) {
  return FitGradientBoosting(rows.matrix, rows.labels, rows.weights, setting, seed, threads);
}

std::vector<double> Scores(const GradientBoosting& fitted, const RowMatrix& rows) {
  std::vector<double> scores(rows.rows());
  fitted.Score(rows, scores);
  return scores;
}

// Every bit of it.
std::string DigestOf(const GradientBoosting& fitted) {
  std::string bytes;
  const auto add = [&](const auto& value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof value);
  };
  add(fitted.base_score);
  for (const uint32_t root : fitted.trees.roots) add(root);
  for (const TreeNode& node : fitted.trees.nodes) {
    add(node.left);
    add(node.right);
    add(node.column);
    add(node.threshold);
    add(node.value);
  }
  return Sha256Hex(bytes);
}

size_t EndOf(const TreeEnsemble& trees, size_t tree) {
  return tree + 1 < trees.roots.size() ? trees.roots[tree + 1] : trees.nodes.size();
}

int DepthOf(const TreeEnsemble& trees, int32_t node) {
  const TreeNode& at = trees.nodes[node];
  return at.left < 0 ? 0 : 1 + std::max(DepthOf(trees, at.left), DepthOf(trees, at.right));
}

int32_t LeafOf(const TreeEnsemble& trees, size_t tree, std::span<const double> row) {
  auto node = static_cast<int32_t>(trees.roots[tree]);
  while (trees.nodes[node].left >= 0) {
    const TreeNode& at = trees.nodes[node];
    node = row[at.column] <= at.threshold ? at.left : at.right;
  }
  return node;
}

TEST(GradientBoosting, LearnsWhatDependsOnTwoColumnsAtOnce) {
  const Rows known = DrawTwoClasses(1, 1500), fresh = DrawTwoClasses(2, 1500);
  const GradientBoosting fitted = Fit(known, {.trees = 100, .max_depth = 3});
  EXPECT_EQ(fitted.trees.roots.size(), 100u);
  EXPECT_GT(RocAuc(Scores(fitted, fresh.matrix), fresh.labels), 0.88);
}

// Large enough for a team of threads.
TEST(GradientBoosting, IsTheSameOnAnyNumberOfThreads) {
  const Rows rows = DrawTwoClasses(3, 70'000);
  const GradientBoostingSetting setting{.trees = 4, .max_depth = 4, .column_share = 0.6, .row_share = 0.7};
  const std::string digest = DigestOf(Fit(rows, setting, 1));
  EXPECT_EQ(DigestOf(Fit(rows, setting, 2)), digest);
  EXPECT_EQ(DigestOf(Fit(rows, setting, 4)), digest);
}

// Pinned, so that the release and the debug build are compared too.
TEST(GradientBoosting, IsTheSameInEveryBuild) {
  Rows rows = DrawTwoClasses(4, 600);
  for (size_t r = 0; r < rows.weights.size(); ++r) rows.weights[r] = rows.labels[r] != 0 ? 1.3 : 0.7;
  EXPECT_EQ(DigestOf(Fit(rows, {.trees = 20, .max_depth = 4, .column_share = 0.6, .row_share = 0.7})),
            "15d2d31ce79de47566269af62e16f2b4033cc4e30d41d9d49c3f80ed74fb1829");
}

TEST(GradientBoosting, BeginsWithTheTreesOfAShorterRun) {
  const Rows rows = DrawTwoClasses(5, 300);
  GradientBoostingSetting setting{.trees = 9, .max_depth = 3, .column_share = 0.5, .row_share = 0.5};
  GradientBoosting longer = Fit(rows, setting);
  setting.trees = 4;
  const GradientBoosting shorter = Fit(rows, setting);
  longer.trees.nodes.resize(longer.trees.roots[4]);
  longer.trees.roots.resize(4);
  EXPECT_EQ(DigestOf(longer), DigestOf(shorter));
}

TEST(GradientBoosting, DrawsRowsAndColumnsBySeed) {
  const Rows rows = DrawTwoClasses(6, 400);
  for (const GradientBoostingSetting& setting : {GradientBoostingSetting{.trees = 5, .row_share = 0.5},
                                                 GradientBoostingSetting{.trees = 5, .column_share = 0.6}}) {
    EXPECT_EQ(DigestOf(Fit(rows, setting, 1, 1)), DigestOf(Fit(rows, setting, 1, 1)));
    EXPECT_NE(DigestOf(Fit(rows, setting, 1, 1)), DigestOf(Fit(rows, setting, 1, 2)));
  }
  EXPECT_EQ(DigestOf(Fit(rows, {.trees = 5}, 1, 1)), DigestOf(Fit(rows, {.trees = 5}, 1, 2)));
}

TEST(GradientBoosting, GivesEachTreeItsShareOfTheColumns) {
  const Rows rows = DrawTwoClasses(7, 400);
  const TreeEnsemble trees = Fit(rows, {.trees = 30, .max_depth = 3, .column_share = 0.4}).trees;
  std::set<int32_t> all;
  for (size_t tree = 0; tree < trees.roots.size(); ++tree) {
    std::set<int32_t> columns;
    for (size_t i = trees.roots[tree]; i < EndOf(trees, tree); ++i) {
      if (trees.nodes[i].left >= 0) columns.insert(trees.nodes[i].column);
    }
    EXPECT_LE(columns.size(), 2u);
    all.insert(columns.begin(), columns.end());
  }
  EXPECT_EQ(all.size(), 5u);
}

// A row of weight 3 is three rows.
TEST(GradientBoosting, WeighsRows) {
  Rows weighted = DrawTwoClasses(8, 300, 40);
  RowMatrix repeated(500, 5);
  std::vector<uint8_t> labels;
  for (size_t r = 0; r < 300; ++r) {
    weighted.weights[r] = r < 100 ? 3 : 1;
    for (int i = 0; i < weighted.weights[r]; ++i) {
      std::ranges::copy(weighted.matrix.Row(r), repeated.Row(labels.size()).begin());
      labels.push_back(weighted.labels[r]);
    }
  }
  const GradientBoostingSetting setting{.trees = 20, .max_depth = 3};
  const std::vector<double> one = Scores(Fit(weighted, setting), weighted.matrix),
                            other =
                                Scores(Fit({repeated, labels, std::vector<double>(500, 1)}, setting), weighted.matrix);
  for (size_t r = 0; r < one.size(); ++r) EXPECT_NEAR(one[r], other[r], 1e-4) << r;
}

TEST(GradientBoosting, KeepsDepthAndLeavesWithinTheirBounds) {
  const Rows rows = DrawTwoClasses(9, 400);
  const GradientBoosting fitted = Fit(rows, {.trees = 10, .max_depth = 3, .min_child_weight = 9});
  for (size_t tree = 0; tree < fitted.trees.roots.size(); ++tree) {
    EXPECT_LE(DepthOf(fitted.trees, static_cast<int32_t>(fitted.trees.roots[tree])), 3);
  }
  std::vector<double> margins(rows.labels.size(), fitted.base_score);
  for (size_t tree = 0; tree < fitted.trees.roots.size(); ++tree) {
    std::vector<double> sums(fitted.trees.nodes.size());
    for (size_t r = 0; r < margins.size(); ++r) {
      const double p = Sigmoid(margins[r]);
      sums[LeafOf(fitted.trees, tree, rows.matrix.Row(r))] += p * (1 - p);
    }
    for (size_t i = fitted.trees.roots[tree]; i < EndOf(fitted.trees, tree); ++i) {
      if (fitted.trees.nodes[i].left < 0) {
        EXPECT_GE(sums[i], 9 - 1e-3) << "node " << i;
      }
    }
    fitted.trees.AddSums(rows.matrix, tree, tree + 1, margins);
  }
}

// By a full step with neither penalty nor learning rate, a leaf says the mean of its rows' residuals.
TEST(GradientBoosting, AnswersTheNewtonStep) {
  const Rows rows = DrawTwoClasses(10, 500);
  const GradientBoosting fitted =
      Fit(rows, {.trees = 1, .learning_rate = 1, .max_depth = 2, .min_child_weight = 0, .l2 = 0});
  const double positives = std::count(rows.labels.begin(), rows.labels.end(), 1), rate = positives / 500;
  EXPECT_NEAR(fitted.base_score, std::log(rate / (1 - rate)), 1e-12);
  std::vector<double> residuals(fitted.trees.nodes.size()), counts(fitted.trees.nodes.size());
  for (size_t r = 0; r < 500; ++r) {
    const int32_t leaf = LeafOf(fitted.trees, 0, rows.matrix.Row(r));
    residuals[leaf] += rows.labels[r] - rate;
    ++counts[leaf];
  }
  for (size_t i = 0; i < counts.size(); ++i) {
    if (fitted.trees.nodes[i].left < 0) {
      EXPECT_NEAR(fitted.trees.nodes[i].value, residuals[i] / counts[i] / (rate * (1 - rate)), 1e-5);
    }
  }
}

// XGBoost's own floats know no difference here.
TEST(GradientBoosting, SplitsBetweenNeighbouringDoubles) {
  const double here = 1.0 / 3, next = std::nextafter(here, 1);
  Rows rows{RowMatrix(40, 1), {}, std::vector<double>(40, 1)};
  for (size_t r = 0; r < 40; ++r) {
    rows.matrix.Row(r)[0] = r % 2 == 0 ? here : next;
    rows.labels.push_back(r % 2 != 0);
  }
  const GradientBoosting fitted = Fit(rows, {.trees = 1, .max_depth = 1, .min_child_weight = 0});
  ASSERT_EQ(fitted.trees.nodes.size(), 3u);
  EXPECT_EQ(fitted.trees.nodes[0].threshold, here);
  const std::vector<double> scores = Scores(fitted, rows.matrix);
  EXPECT_LT(scores[0], 0);
  EXPECT_GT(scores[1], 0);
}

TEST(GradientBoosting, SplitsHalfWayBetweenValues) {
  const Rows rows = DrawTwoClasses(11, 200, 8);
  for (const TreeNode& node : Fit(rows, {.trees = 10}).trees.nodes) {
    if (node.left >= 0) {
      EXPECT_EQ(node.threshold - std::floor(node.threshold), 0.5);
    }
  }
}

TEST(GradientBoosting, StopsBetweenTrees) {
  const Rows rows = DrawTwoClasses(12, 100);
  int asked = 0;
  const GradientBoosting fitted =
      FitGradientBoosting(rows.matrix, rows.labels, rows.weights, {.trees = 50}, 0, 1, [&] { return ++asked > 3; });
  EXPECT_EQ(fitted.trees.roots.size(), 3u);
}

// Columns that vary in nothing leave trees of one leaf.
TEST(GradientBoosting, FitsWhatCannotBeSplit) {
  const Rows rows{RowMatrix(10, 2), {1, 0, 0, 0, 0, 1, 0, 0, 0, 0}, std::vector<double>(10, 1)};
  const GradientBoosting fitted = Fit(rows, {.trees = 3});
  EXPECT_EQ(fitted.trees.nodes.size(), 3u);
  EXPECT_NEAR(Scores(fitted, rows.matrix)[0], std::log(0.25), 1e-5);
}

// XGBoost's whole own way on the same rows, whose values its floats hold: its gradients, its margins, its prediction.
std::vector<float> XgboostMargins(const Rows& known, const Rows& fresh, const GradientBoostingSetting& setting,
                                  double rate) {
  const auto matrix_of = [](const RowMatrix& rows) {
    std::vector<float> values;
    for (size_t r = 0; r < rows.rows(); ++r) values.insert(values.end(), rows.Row(r).begin(), rows.Row(r).end());
    DMatrixHandle matrix = nullptr;
    EXPECT_EQ(XGDMatrixCreateFromMat(values.data(), rows.rows(), rows.columns(), NAN, &matrix), 0);
    return matrix;
  };
  DMatrixHandle training = matrix_of(known.matrix), test = matrix_of(fresh.matrix);
  const std::vector<float> labels(known.labels.begin(), known.labels.end());
  EXPECT_EQ(XGDMatrixSetFloatInfo(training, "label", labels.data(), labels.size()), 0);
  BoosterHandle booster = nullptr;
  EXPECT_EQ(XGBoosterCreate(&training, 1, &booster), 0);
  const std::pair<const char*, std::string> kParameters[] = {
      {"verbosity", "0"},
      {"nthread", "1"},
      {"tree_method", "hist"},
      {"objective", "binary:logistic"},
      {"base_score", std::to_string(rate)},
      {"max_depth", std::to_string(setting.max_depth)},
      {"learning_rate", std::to_string(setting.learning_rate)},
      {"reg_lambda", std::to_string(setting.l2)},
      {"min_child_weight", std::to_string(setting.min_child_weight)}};
  for (const auto& [name, value] : kParameters) EXPECT_EQ(XGBoosterSetParam(booster, name, value.c_str()), 0);
  for (int tree = 0; tree < setting.trees; ++tree) EXPECT_EQ(XGBoosterUpdateOneIter(booster, tree, training), 0);
  constexpr char kMargins[] =
      R"({"type": 1, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false})";
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* margins = nullptr;
  EXPECT_EQ(XGBoosterPredictFromDMatrix(booster, test, kMargins, &shape, &dimensions, &margins), 0);
  std::vector<float> result(margins, margins + fresh.labels.size());
  XGBoosterFree(booster);
  XGDMatrixFree(training);
  XGDMatrixFree(test);
  return result;
}

TEST(GradientBoosting, AgreesWithXgboostAlone) {
  const Rows known = DrawTwoClasses(13, 1200, 50), fresh = DrawTwoClasses(14, 1200, 50);
  const GradientBoostingSetting setting{.trees = 40, .learning_rate = 0.1, .max_depth = 4, .l2 = 2};
  const double rate = std::count(known.labels.begin(), known.labels.end(), 1) / 1200.0;
  const GradientBoosting fitted = Fit(known, setting);
  for (const Rows* rows : {&known, &fresh}) {
    const std::vector<float> theirs = XgboostMargins(known, *rows, setting, rate);
    const std::vector<double> ours = Scores(fitted, rows->matrix);
    double greatest = 0;
    for (size_t r = 0; r < ours.size(); ++r) greatest = std::max(greatest, std::abs(ours[r] - theirs[r]));
    EXPECT_LT(greatest, 1e-5);
  }
}

Dataset DatasetOf(const Rows& rows) {
  DatasetBuilder builder(FeatureSchema({{.name = "a", .group = "", .description = ""},
                                        {.name = "b", .group = "", .description = ""},
                                        {.name = "c", .group = "", .description = ""},
                                        {.name = "d", .group = "", .description = ""},
                                        {.name = "e", .group = "", .description = ""}}));
  for (size_t r = 0; r < rows.labels.size(); ++r) {
    FeatureVector vector;
    for (const double value : rows.matrix.Row(r)) vector.push_back(FeatureValue::Number(value));
    EXPECT_TRUE(builder.AddRow("c" + std::to_string(r), 0, vector, rows.labels[r] != 0).ok());
  }
  return std::move(builder).Build(1).value();
}

// Sharing trees must not change what a setting means.
TEST(GradientBoosting, IsSearchedAsItIsFittedAlone) {
  const Dataset dataset = DatasetOf(DrawTwoClasses(15, 240));
  const FoldAssignment folds = StratifiedFolds(dataset, 3).value();
  const Grid grid = ParseGrid(R"(gradient_boosting { trees: [30, 5, 12] learning_rate: 0.2 max_depth: [2, 3]
                                                     row_share: [0.6, 1] column_share: 0.5
                                                     class_weight: [NONE, BALANCED] })")
                        .value();
  const SearchResult result = GridSearch(dataset, folds, grid, {.threads = 2, .progress = {}, .cancelled = {}}).value();
  for (const SettingResult& setting : result.settings) {
    for (int fold = 0; fold < 3; ++fold) {
      const std::vector<uint32_t> test = folds.TestRows(fold);
      const Pipeline alone = FitPipeline(dataset, folds.TrainingRows(fold), setting.setting);
      EXPECT_EQ(setting.fold_roc_auc[fold], RocAuc(ScoreRows(alone, dataset, test), LabelsOf(dataset, test)))
          << ParametersText(setting.setting.family);
    }
  }
}

}  // namespace
}  // namespace ebb::trainer
