#include "trainer/search/training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <random>
#include <sstream>

#include "model/arithmetic/exp_log.h"
#include "model/model_file.h"
#include "runtime/digest.h"
#include "trainer/evaluation/folds.h"
#include "trainer/fit/pipeline.h"
#include "trainer/search/recipe.h"

namespace ebb::trainer {
namespace {

using ::testing::HasSubstr;

constexpr char kSmallGrid[] = R"(
  scalings: [STANDARD, ROBUST]
  logistic_regression { penalty: [L1, L2] c: [0.1, 1] class_weight: [NONE, BALANCED] }
  k_nearest_neighbours { k: [5, 15] weighting: [UNIFORM, DISTANCE] metric: [EUCLIDEAN, MANHATTAN] }
  decision_tree { max_depth: [2, 4] min_leaf: [1, 10] criterion: [GINI, ENTROPY] }
  support_vector { kernel: RBF c: [0.3, 3] gamma: [0.1] }
  support_vector { kernel: POLYNOMIAL c: [1] degree: [2] }
  support_vector { kernel: LINEAR c: [1] class_weight: [BALANCED] }
  random_forest { trees: [10, 30] min_leaf: [3] max_features: [SQRT, ALL] }
  extra_trees { trees: [10, 30] max_depth: [0, 4] criterion: [ENTROPY] class_weight: [BALANCED] }
)";

Grid SmallGrid() { return ParseGrid(kSmallGrid).value(); }

struct Customer {
  std::string id;
  FeatureVector vector;
  bool declined;
};

// Customers whose visits fall when they decline; a tenth of the values is missing. Only integer arithmetic and exact
// divisions: the same on every machine.
std::vector<Customer> Shop(int count, const std::string& prefix = "c") {
  std::mt19937_64 random(5);
  const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  std::vector<Customer> shop;
  for (int i = 0; i < count; ++i) {
    const bool declined = uniform() < 0.4;
    const double visits = uniform() + uniform() + (declined ? 0 : 0.75);
    const double revenue = uniform() * 100 + (declined ? 0 : 20);
    const std::string tier = uniform() < 0.3 ? "premium" : "standard";
    const bool missing = uniform() < 0.1;
    shop.push_back({prefix + std::to_string(i),
                    {missing ? FeatureValue{} : FeatureValue::Number(visits), FeatureValue::Number(revenue),
                     FeatureValue::Category(tier), FeatureValue::Number(uniform() * 10)},
                    declined});
  }
  return shop;
}

FeatureSchema Schema() {
  return FeatureSchema({{.name = "visits", .group = "", .description = ""},
                        {.name = "revenue", .group = "", .description = ""},
                        {.name = "tier", .kind = FeatureKind::kCategory, .group = "", .description = ""},
                        {.name = "profit", .role = FeatureRole::kSegment, .group = "", .description = ""}});
}

Dataset DatasetOf(const std::vector<Customer>& shop) {
  DatasetBuilder builder(Schema());
  for (const Customer& customer : shop) {
    EXPECT_TRUE(builder.AddRow(customer.id, 0, customer.vector, customer.declined).ok());
  }
  return std::move(builder).Build(1).value();
}

TrainingOptions Options(int threads) {
  TrainingOptions options;
  options.grid = SmallGrid();
  options.seed = 1;
  options.threads = threads;
  options.segment_feature = "profit";
  return options;
}

TEST(Training, GivesTheSameBytesForAnyThreadsOrderAndBuild) {
  std::vector<Customer> shop = Shop(240);
  const TrainingOutcome one = RunSearchAndFit(DatasetOf(shop), Options(1)).value();
  std::shuffle(shop.begin(), shop.end(), std::mt19937(3));
  const TrainingOutcome three = RunSearchAndFit(DatasetOf(shop), Options(3)).value();
  EXPECT_EQ(SerializeModelFile(one.published), SerializeModelFile(three.published));
  EXPECT_EQ(SerializeModelFile(one.measured), SerializeModelFile(three.measured));
  // Pinned, so that the release and the debug build are compared too. A change of any solver or of the file moves it;
  // nothing else may.
  EXPECT_EQ(Sha256Hex(SerializeModelFile(one.published)),
            "a3d788491714684d8b53beaa42fa7be3a070995fe7eb1df7f5929679ca9d6cb0");
}

TEST(Training, LearnsAndMeasuresSideBySide) {
  const TrainingOutcome outcome = RunSearchAndFit(DatasetOf(Shop(400)), Options(2)).value();
  ASSERT_EQ(outcome.candidates.size(), 7u);
  EXPECT_EQ(outcome.candidates[0].family, "logistic_regression");
  EXPECT_EQ(outcome.candidates[3].family, "support_vector");
  EXPECT_EQ(outcome.candidates[6].family, "stack");
  EXPECT_EQ(outcome.winner, 6u);
  for (const Candidate& candidate : outcome.candidates) {
    EXPECT_LE(candidate.cv_roc_auc_mean, outcome.candidates[outcome.winner].cv_roc_auc_mean + 0.01) << candidate.family;
  }
  EXPECT_GT(outcome.holdout.roc_auc, 0.7);
  EXPECT_EQ(outcome.training.rows + outcome.holdout.rows, 400u);
  EXPECT_EQ(outcome.cross_validated.rows, outcome.training.rows);
  EXPECT_EQ(outcome.measured.lineage.training_rows, outcome.training.rows);
  EXPECT_EQ(outcome.published.lineage.training_rows, 400u);
  EXPECT_LT(outcome.holdout.brier, 0.25);
  EXPECT_NEAR(outcome.published.segments.lower, 2.5, 0.6);
  EXPECT_NEAR(outcome.published.segments.upper, 7.5, 0.6);
}

TEST(Training, KeepsTheBetterCalibration) {
  const TrainingOutcome outcome = RunSearchAndFit(DatasetOf(Shop(240)), Options(2)).value();
  ASSERT_EQ(outcome.calibrations().size(), 2u);
  EXPECT_LE(outcome.calibrations()[0].brier, outcome.calibrations()[1].brier);
  EXPECT_EQ(outcome.calibrations()[0].brier, outcome.cross_validated.brier);
  EXPECT_EQ(outcome.calibrations()[0].log_loss, outcome.cross_validated.log_loss);
  EXPECT_NE(outcome.calibrations()[0].method, outcome.calibrations()[1].method);
  const bool sigmoid = outcome.calibrations()[0].method == CalibrationMethod::kSigmoid;
  EXPECT_EQ(outcome.measured.calibration.sigmoid.has_value(), sigmoid);
  EXPECT_EQ(outcome.published.calibration.sigmoid.has_value(), sigmoid);
}

// Labels that follow a sigmoid of the score, or a stairway that none does.
TEST(PredictOutOfFold, KeepsWhatFits) {
  const auto predict = [](auto probability) {
    std::vector<double> scores;
    std::vector<uint8_t> labels;
    FoldAssignment folds{.count = 5, .fold_of_row = {}};
    double owed = 0.5;
    for (int row = 0; row < 2000; ++row) {
      scores.push_back(row / 200.0 - 5);
      owed += probability(scores.back());
      labels.push_back(owed >= 1);
      owed -= labels.back();
      folds.fold_of_row.push_back(row / 11 % 5);
    }
    return PredictOutOfFold({scores}, labels, folds).calibrations;
  };
  const auto smooth = predict([](double score) { return Sigmoid(score); });
  ASSERT_EQ(smooth.size(), 2u);
  EXPECT_EQ(smooth[0].method, CalibrationMethod::kSigmoid);
  const auto stairs = predict([](double score) { return score < -3 ? 0.1 : score < 3 ? 0.6 : 0.7; });
  ASSERT_EQ(stairs.size(), 2u);
  EXPECT_EQ(stairs[0].method, CalibrationMethod::kIsotonic);
  const auto backwards = predict([](double score) { return Sigmoid(-score); });
  ASSERT_EQ(backwards.size(), 1u);
  EXPECT_EQ(backwards[0].method, CalibrationMethod::kIsotonic);
}

TEST(Training, PublishesOneFamilyWhereThatIsAskedFor) {
  TrainingOptions options = Options(2);
  options.publishes = Publishes::kBestFamily;
  const TrainingOutcome outcome = RunSearchAndFit(DatasetOf(Shop(240)), options).value();
  ASSERT_EQ(outcome.candidates.size(), 6u);
  for (const Candidate& candidate : outcome.candidates) {
    EXPECT_LE(candidate.cv_roc_auc_mean, outcome.candidates[outcome.winner].cv_roc_auc_mean);
  }
  ASSERT_EQ(outcome.published.members.size(), 1u);
  EXPECT_EQ(EstimatorName(outcome.published.members[0].pipeline.estimator), outcome.candidates[outcome.winner].family);
  EXPECT_EQ(outcome.published.members[0].weight, 1);
  EXPECT_EQ(outcome.published.intercept, 0);
}

// What the figures were measured with is what is scored with: the row's own path and the search's agree to the bit.
TEST(Training, ScoresRowsAsTheModelScoresVectors) {
  const Dataset dataset = DatasetOf(Shop(240));
  const TrainedModel model = RunSearchAndFit(dataset, Options(2)).value().published;
  std::vector<uint32_t> rows(dataset.rows());
  for (uint32_t row = 0; row < rows.size(); ++row) rows[row] = row;
  ASSERT_GT(model.members.size(), 1u);
  const std::vector<double> scores = RankRows(model, dataset, rows);
  for (const uint32_t row : rows) EXPECT_EQ(model.ScoreOne(dataset.Row(row)).ranking_score, scores[row]);
}

TEST(Training, SurvivesItsModelFile) {
  const TrainedModel model = RunSearchAndFit(DatasetOf(Shop(240)), Options(2)).value().published;
  const absl::StatusOr<TrainedModel> read = ParseModelFile(SerializeModelFile(model));
  ASSERT_TRUE(read.ok()) << read.status();
}

TEST(Training, AnswersWhatIsWrong) {
  TrainingOptions options = Options(1);
  options.segment_feature = "visits";
  EXPECT_THAT(std::string(RunSearchAndFit(DatasetOf(Shop(100)), options).status().message()),
              HasSubstr("segment_feature is visits"));
  std::vector<Customer> shop = Shop(100);
  for (Customer& customer : shop) customer.declined = customer.id == "c1" || customer.id == "c2";
  EXPECT_THAT(std::string(RunSearchAndFit(DatasetOf(shop), Options(1)).status().message()),
              HasSubstr("customers of the class \"declined\" are labelled"));
  options = Options(2);
  std::atomic<int> asked = 0;
  options.cancelled = [&] { return ++asked > 20; };
  EXPECT_EQ(RunSearchAndFit(DatasetOf(Shop(100)), options).status().code(), absl::StatusCode::kCancelled);
}

// Sharing work must not change what a setting means.
TEST(GridSearch, EqualsFittingEachSettingAlone) {
  const Dataset dataset = DatasetOf(Shop(240));
  const FoldAssignment folds = StratifiedFolds(dataset, 3).value();
  uint64_t last = 0;
  const SearchResult result =
      GridSearch(dataset, folds, SmallGrid(),
                 {.threads = 2, .progress = [&](const SearchProgress& p) { last = p.fits_done; }, .cancelled = {}})
          .value();
  EXPECT_EQ(last, SmallGrid().size() * 3);
  for (const SettingResult& setting : result.settings) {
    for (int fold = 0; fold < 3; ++fold) {
      const std::vector<uint32_t> test = folds.TestRows(fold);
      const Pipeline alone = FitPipeline(dataset, folds.TrainingRows(fold), setting.setting);
      EXPECT_NEAR(setting.fold_roc_auc[fold], RocAuc(ScoreRows(alone, dataset, test), LabelsOf(dataset, test)), 1e-3)
          << ParametersText(setting.setting.family);
    }
  }
}

TEST(GridSearch, OverRepeatedFoldsIsTheMeanOfASearchOverEach) {
  const Dataset dataset = DatasetOf(Shop(240));
  const std::vector<FoldAssignment> repeats = InnerFolds(dataset, 3, 2).value();
  ASSERT_EQ(repeats.size(), 2u);
  EXPECT_EQ(repeats[0].fold_of_row, StratifiedFolds(dataset, 3)->fold_of_row);
  EXPECT_NE(repeats[1].fold_of_row, repeats[0].fold_of_row);
  const SearchOptions options{.threads = 2, .progress = {}, .cancelled = {}};
  const SearchResult both = GridSearch(dataset, repeats, SmallGrid(), options).value();
  const SearchResult first = GridSearch(dataset, repeats[0], SmallGrid(), options).value();
  const SearchResult second = GridSearch(dataset, repeats[1], SmallGrid(), options).value();
  EXPECT_EQ(both.fits, first.fits + second.fits);
  for (size_t i = 0; i < both.settings.size(); ++i) {
    std::vector<double> folds = first.settings[i].fold_roc_auc;
    folds.insert(folds.end(), second.settings[i].fold_roc_auc.begin(), second.settings[i].fold_roc_auc.end());
    EXPECT_EQ(both.settings[i].fold_roc_auc, folds);
    EXPECT_NEAR(both.settings[i].mean_roc_auc, (first.settings[i].mean_roc_auc + second.settings[i].mean_roc_auc) / 2,
                1e-12);
  }
  EXPECT_EQ(GridSearch(dataset, std::vector<FoldAssignment>{}, SmallGrid(), options).status().code(),
            absl::StatusCode::kInvalidArgument);
  const std::vector<FoldAssignment> uneven = {repeats[0], StratifiedFolds(dataset, 4).value()};
  EXPECT_EQ(GridSearch(dataset, uneven, SmallGrid(), options).status().message(), "a repeat has 4 folds, the first 3");
}

TEST(Folds, KeepClassesEvenAndCustomersTogether) {
  DatasetBuilder builder(Schema());
  for (const Customer& customer : Shop(90)) {
    for (int64_t as_of : {1, 2}) {
      ASSERT_TRUE(builder.AddRow(customer.id, as_of, customer.vector, customer.declined).ok());
    }
  }
  const Dataset dataset = std::move(builder).Build(1).value();
  const FoldAssignment folds = StratifiedFolds(dataset, 5).value();
  std::map<uint32_t, int> fold_of_customer;
  std::vector<int> positives(5);
  for (size_t row = 0; row < dataset.rows(); ++row) {
    const auto [at, added] = fold_of_customer.emplace(dataset.groups()[row], folds.fold_of_row[row]);
    EXPECT_EQ(at->second, folds.fold_of_row[row]);
    positives[folds.fold_of_row[row]] += dataset.labels()[row];
  }
  const auto [least, most] = std::minmax_element(positives.begin(), positives.end());
  EXPECT_LE(*most - *least, 2);
}

TEST(Dataset, RefusesACustomerTwiceAtOneTime) {
  DatasetBuilder builder(Schema());
  const Customer customer = Shop(1)[0];
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(builder.AddRow("c0", 7, customer.vector, true).ok());
  EXPECT_THAT(std::string(std::move(builder).Build(1).status().message()), HasSubstr("c0 has two training rows"));
}

TEST(Grid, ReadsTheDefaultFile) {
  std::ostringstream text;
  text << std::ifstream("trainer/default_grid.textproto").rdbuf();
  const absl::StatusOr<Grid> grid = ParseGrid(text.str());
  ASSERT_TRUE(grid.ok()) << grid.status();
  EXPECT_EQ(grid->size(), 3u * (40 + 48 + 50 + 6 + 4) + 128 + 1 + 1 + 12);
}

TEST(Grid, SpreadsTheListsOfBoostingWithoutScalings) {
  const Grid grid = ParseGrid(R"(scalings: [STANDARD, MINMAX]
                                 gradient_boosting { trees: [10, 20] max_depth: [2, 3] row_share: 0.5 })")
                        .value();
  ASSERT_EQ(grid.size(), 4u);
  EXPECT_EQ(ParametersText(grid[0].family),
            "trees=10 learning_rate=0.1 max_depth=2 min_child_weight=1 l2=1 column_share=1 row_share=0.5 "
            "class_weight=none");
  EXPECT_EQ(ParametersText(grid[1].family).substr(0, 38), "trees=10 learning_rate=0.1 max_depth=3");
  EXPECT_EQ(ParametersText(grid[2].family).substr(0, 38), "trees=20 learning_rate=0.1 max_depth=2");
  EXPECT_EQ(grid[0].scaling, Scaling::kNone);
}

TEST(Grid, NamesWhatIsWrong) {
  const struct {
    const char* text;
    const char* want;
  } kCases[] = {
      {"logistic_regression { c: }", "line 1, column"},
      {"\nlogistic { c: 1 }", "line 2, column"},
      {"", "holds no family"},
      {"logistic_regression {}", "has no logistic_regression.c"},
      {"logistic_regression { c: -1 }", "has logistic_regression.c -1; it must be above 0"},
      {"logistic_regression { c: nan }", "has logistic_regression.c nan"},
      {"k_nearest_neighbours { k: 0 }", "has k_nearest_neighbours.k 0; it must be 1 to"},
      {"decision_tree { max_depth: 65 }", "has decision_tree.max_depth 65"},
      {"support_vector { c: 1 }", "has no support_vector.kernel"},
      {"support_vector { kernel: LINEAR c: 1 gamma: 1 }", "gamma for the LINEAR kernel"},
      {"support_vector { kernel: RBF c: 1 degree: 2 }", "degree for another kernel"},
      {"random_forest { min_leaf: 1 }", "has no random_forest.trees"},
      {"extra_trees { trees: 10001 }", "has extra_trees.trees 10001; it must be 1 to 10000"},
      {"extra_trees { trees: 1 max_depth: 65 }", "has extra_trees.max_depth 65; it must be 0 to 64"},
      {"random_forest { trees: 1 max_features: MAX_FEATURES_UNSPECIFIED }", "has random_forest.max_features 0"},
      {"gradient_boosting { max_depth: 3 }", "has no gradient_boosting.trees"},
      {"gradient_boosting { trees: 0 }", "has gradient_boosting.trees 0; it must be 1 to 10000"},
      {"gradient_boosting { trees: 1 learning_rate: 1.5 }",
       "has gradient_boosting.learning_rate 1.5; it must be above 0 and at most 1"},
      {"gradient_boosting { trees: 1 max_depth: 17 }", "has gradient_boosting.max_depth 17; it must be 1 to 16"},
      {"gradient_boosting { trees: 1 l2: -1 }", "has gradient_boosting.l2 -1; it must be 0 to"},
      {"gradient_boosting { trees: 1 min_child_weight: nan }", "has gradient_boosting.min_child_weight nan"},
      {"gradient_boosting { trees: 1 column_share: 0 }", "has gradient_boosting.column_share 0; it must be above 0"},
      {"gradient_boosting { trees: 1 row_share: 2 }", "has gradient_boosting.row_share 2; it must be above 0 and at"},
      {"gradient_boosting { trees: 1 class_weight: CLASS_WEIGHT_UNSPECIFIED }", "has gradient_boosting.class_weight 0"},
      {"scalings: SCALING_UNSPECIFIED decision_tree { max_depth: 1 }", "has scalings 0"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = ParseGrid(c.text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.want)) << c.text;
  }
}

}  // namespace
}  // namespace ebb::trainer
