#include "model/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <ostream>

#include "model/model_message.h"
#include "model/testing/models.h"
#include "runtime/digest.h"

namespace ebb {
namespace {

using namespace testing_models;
using ::testing::HasSubstr;

std::vector<Estimator> WithoutBoosting() {
  return {Logistic(), Neighbours(), Tree(), SupportVectors(), RandomForest{TwoTrees()}, ExtraTrees{TwoTrees()}};
}

TrainedModel EveryEstimator() {
  std::vector<Estimator> estimators = WithoutBoosting();
  estimators.emplace_back(Boosting());
  return ModelOf(std::move(estimators));
}

TrainedModel WithBackground() {
  TrainedModel model = EveryEstimator();
  model.background_rows = {Vector(1, 2, "standard"), Vector(NAN, 4, "premium"), Vector(5, NAN, "")};
  return model;
}

TEST(ModelFile, ComesBackAsItWas) {
  const TrainedModel model = EveryEstimator();
  const std::string bytes = SerializeModelFile(model);
  const absl::StatusOr<TrainedModel> read = ParseModelFile(bytes);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(SerializeModelFile(*read), bytes);
  EXPECT_TRUE(read->schema == model.schema);
  EXPECT_EQ(read->ScoreOne(Vector(4, 9, "premium")).probability, model.ScoreOne(Vector(4, 9, "premium")).probability);
}

// Files that were published must stay readable: when this fails, the format has changed and needs a new version beside
// the old.
TEST(ModelFile, HasTheBytesOfVersionTwo) {
  const std::string bytes = SerializeModelFile(ModelOf(WithoutBoosting()));
  EXPECT_EQ(bytes.substr(0, 12), std::string("EBBMODEL\x02\0\0\0", 12));
  EXPECT_EQ(bytes.size(), 1830u);
  EXPECT_EQ(Sha256Hex(bytes), "d711fa55ab8086b808b85f84e8b0ba8087ed715a8c60f8f798738f39ed94a8cb");
}

// Programs from before boosting refuse it as a kind that they do not know; the format is the same.
TEST(ModelFile, HasBoostingWithinVersionTwo) {
  const std::string bytes = SerializeModelFile(ModelOf({Boosting()}));
  EXPECT_EQ(bytes.substr(0, 12), std::string("EBBMODEL\x02\0\0\0", 12));
  EXPECT_EQ(bytes.size(), 711u);
  EXPECT_EQ(Sha256Hex(bytes), "d1b3cbf206a49f2eac70d8f5a7f4904f9f7cbd6bede988d9cba39d5352cd7ceb");
}

// Labels are for people: files of before have none, and models that differ in them alone read the same vectors.
TEST(ModelFile, KeepsLabels) {
  TrainedModel model = EveryEstimator();
  const std::string before = SerializeModelFile(model);
  std::vector<FeatureSpec> specs = model.schema.specs();
  specs[0].label = {.english = "visits a month", .russian = "визитов в месяц"};
  specs[1].label = {.english = "", .russian = "выручка"};
  model.schema = FeatureSchema(std::move(specs));
  const std::string bytes = SerializeModelFile(model);
  EXPECT_NE(bytes, before);
  const absl::StatusOr<TrainedModel> read = ParseModelFile(bytes);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(SerializeModelFile(*read), bytes);
  EXPECT_TRUE(read->schema == model.schema);
  EXPECT_EQ(read->schema.Fingerprint(), EveryEstimator().schema.Fingerprint());
  EXPECT_TRUE(ParseModelFile(before)->schema[0].label.english.empty());
}

// A number may be an input and cut the tiers, too.
TEST(ModelFile, KeepsAnInputThatSegmentsReadToo) {
  TrainedModel model = ModelOf({Logistic()});
  std::vector<FeatureSpec> specs = model.schema.specs();
  specs[3].role = FeatureRole::kInputAndSegment;
  model.schema = FeatureSchema(std::move(specs));
  Preprocessing& preprocessing = model.members[0].pipeline.preprocessing;
  preprocessing.numbers.push_back({.feature = 3, .median = 4, .center = 0, .scale = 2});
  std::get<LogisticRegression>(model.members[0].pipeline.estimator).weights = {1, 0.5, 3, -2, 4};
  const std::string bytes = SerializeModelFile(model);
  const absl::StatusOr<TrainedModel> read = ParseModelFile(bytes);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(SerializeModelFile(*read), bytes);
  EXPECT_TRUE(read->schema == model.schema);
  EXPECT_EQ(read->segments.feature, "profit");
  FeatureVector poor = Vector(4, 9, "premium"), rich = poor;
  rich[3] = FeatureValue::Number(4.5);
  EXPECT_LT(read->ScoreOne(poor).probability, read->ScoreOne(rich).probability);
}

TEST(ModelFile, KeepsASigmoid) {
  TrainedModel model = EveryEstimator();
  model.calibration = {.knots = {}, .sigmoid = Calibration::Sigmoid{.slope = 1.25, .intercept = -0.5}};
  const std::string bytes = SerializeModelFile(model);
  const absl::StatusOr<TrainedModel> read = ParseModelFile(bytes);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(SerializeModelFile(*read), bytes);
  EXPECT_TRUE(read->calibration.knots.empty());
  ASSERT_TRUE(read->calibration.sigmoid.has_value());
  EXPECT_EQ(read->calibration.sigmoid->slope, 1.25);
  EXPECT_EQ(read->calibration.sigmoid->intercept, -0.5);
}

// There the calibration stood with the one member.
TEST(ModelFile, ReadsVersionOne) {
  v1::ModelFile message = ToMessage(ModelOf({Logistic()}));
  message.mutable_members(0)->mutable_calibration()->Swap(message.mutable_calibration());
  message.clear_calibration();
  const absl::StatusOr<TrainedModel> read = FromMessage(message);
  ASSERT_TRUE(read.ok()) << read.status();
  const FeatureVector vector = Vector(4, 9, "premium");
  EXPECT_EQ(read->ScoreOne(vector).probability, ModelOf({Logistic()}).ScoreOne(vector).probability);
}

// Explanations of older files go by medians and most frequent values.
TEST(ModelFile, KeepsBackgroundRowsWithWhatIsMissing) {
  const TrainedModel model = WithBackground();
  const std::string bytes = SerializeModelFile(model);
  EXPECT_EQ(bytes.size(), SerializeModelFile(EveryEstimator()).size() + 106);
  const absl::StatusOr<TrainedModel> read = ParseModelFile(bytes);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(SerializeModelFile(*read), bytes);
  ASSERT_EQ(read->background_rows.size(), 3u);
  EXPECT_EQ(read->background_rows[0][0].number, 1);
  EXPECT_TRUE(std::isnan(read->background_rows[1][0].number));
  EXPECT_EQ(read->background_rows[2][0].number, 5);
  EXPECT_EQ(read->background_rows[0][2].category, "standard");
  EXPECT_EQ(read->background_rows[1][2].category, "premium");
  EXPECT_EQ(read->background_rows[2][2].category, "");
}

TrainedModel WithRevenue() {
  TrainedModel model = WithBackground();
  model.revenue = Revenue();
  model.revenue->regressors.push_back({.averages = true, .trees = TwoTrees()});
  return model;
}

TEST(ModelFile, KeepsTheRevenueForecast) {
  for (const bool logarithm : {false, true}) {
    TrainedModel model = WithRevenue();
    model.revenue->logarithm = logarithm;
    const std::string bytes = SerializeModelFile(model);
    const absl::StatusOr<TrainedModel> read = ParseModelFile(bytes);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(SerializeModelFile(*read), bytes);
    ASSERT_TRUE(read->revenue.has_value());
    const FeatureVector vector = Vector(4, 9, "premium");
    double told, want;
    read->revenue->Tell({&vector, 1}, {&told, 1});
    model.revenue->Tell({&vector, 1}, {&want, 1});
    EXPECT_EQ(told, want);
  }
  EXPECT_FALSE(ParseModelFile(SerializeModelFile(WithBackground()))->revenue.has_value());
}

TEST(ModelFile, RefusesEveryCut) {
  const std::string bytes = SerializeModelFile(WithBackground());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(ParseModelFile(bytes.substr(0, size)).status().code(), absl::StatusCode::kDataLoss) << size;
  }
  EXPECT_EQ(ParseModelFile(bytes + "x").status().code(), absl::StatusCode::kDataLoss);
}

TEST(ModelFile, RefusesEveryFlippedBit) {
  std::string bytes = SerializeModelFile(WithBackground());
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    EXPECT_EQ(ParseModelFile(bytes).status().code(), absl::StatusCode::kDataLoss) << bit;
    bytes[bit / 8] ^= static_cast<char>(1 << (bit % 8));
  }
}

TEST(ModelFile, NamesANewerFormat) {
  std::string bytes = SerializeModelFile(EveryEstimator());
  bytes[8] = 3;
  const Sha256Digest digest = Sha256(bytes.substr(0, 20) + bytes.substr(52));
  std::copy(digest.begin(), digest.end(), bytes.begin() + 20);
  const absl::Status status = ParseModelFile(bytes).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("format version 3, this program reads up to 2"));
}

struct BrokenRule {
  const char* want;
  std::function<void(v1::ModelFile&)> spoil;
};

// Names the case where GoogleTest prints it.
void PrintTo(const BrokenRule& one, std::ostream* out) { *out << one.want; }

class ModelFileRules : public ::testing::TestWithParam<BrokenRule> {};

TEST_P(ModelFileRules, AreChecked) {
  v1::ModelFile message = ToMessage(WithRevenue());
  GetParam().spoil(message);
  const absl::StatusOr<TrainedModel> read = FromMessage(message);
  ASSERT_EQ(read.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(read.status().message()), HasSubstr(GetParam().want));
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Puts one in place of the knots.
v1::ModelSigmoid& SigmoidOf(v1::ModelFile& message) {
  message.mutable_calibration()->clear_scores();
  message.mutable_calibration()->clear_probabilities();
  return *message.mutable_calibration()->mutable_sigmoid();
}

INSTANTIATE_TEST_SUITE_P(
    Table, ModelFileRules,
    ::testing::Values(
        BrokenRule{"features are 0", [](v1::ModelFile& m) { m.clear_features(); }},
        BrokenRule{"features name visits twice", [](v1::ModelFile& m) { m.mutable_features(1)->set_name("visits"); }},
        BrokenRule{"feature visits has the unknown kind 9",
                   [](v1::ModelFile& m) { m.mutable_features(0)->set_kind(static_cast<v1::ModelFeatureKind>(9)); }},
        BrokenRule{"feature visits has the unknown role 9",
                   [](v1::ModelFile& m) { m.mutable_features(0)->set_role(static_cast<v1::ModelFeatureRole>(9)); }},
        BrokenRule{"schema fingerprint is 1", [](v1::ModelFile& m) { m.set_schema_fingerprint(1); }},
        BrokenRule{"members are 0", [](v1::ModelFile& m) { m.clear_members(); }},
        BrokenRule{"member 0: weight is 0", [](v1::ModelFile& m) { m.mutable_members(0)->set_weight(0); }},
        BrokenRule{"intercept is nan", [](v1::ModelFile& m) { m.set_intercept(kNan); }},
        BrokenRule{"calibration has 0 scores", [](v1::ModelFile& m) { m.clear_calibration(); }},
        BrokenRule{"member 0: weight is nan", [](v1::ModelFile& m) { m.mutable_members(0)->set_weight(kNan); }},
        BrokenRule{"number column refers to feature 3",
                   [](v1::ModelFile& m) {
                     m.mutable_members(0)->mutable_preprocessing()->mutable_numbers(0)->set_feature(3);
                   }},
        BrokenRule{
            "number column's scale is 0",
            [](v1::ModelFile& m) { m.mutable_members(0)->mutable_preprocessing()->mutable_numbers(0)->set_scale(0); }},
        BrokenRule{"category values of feature 2 are not sorted",
                   [](v1::ModelFile& m) {
                     m.mutable_members(0)->mutable_preprocessing()->mutable_categories(0)->set_values(0, "z");
                   }},
        BrokenRule{"weights are 5 for 4 columns",
                   [](v1::ModelFile& m) { m.mutable_members(0)->mutable_logistic_regression()->add_weights(1); }},
        BrokenRule{"member 0: estimator is missing", [](v1::ModelFile& m) { m.mutable_members(0)->clear_estimator(); }},
        BrokenRule{"k is 4 for 3 rows",
                   [](v1::ModelFile& m) { m.mutable_members(1)->mutable_k_nearest_neighbours()->set_k(4); }},
        BrokenRule{
            "matrix has 12 values for 4000000000 by 4",
            [](v1::ModelFile&
                   m) { m.mutable_members(1)->mutable_k_nearest_neighbours()->mutable_rows()->set_rows(4'000'000'000); }},
        BrokenRule{
            "labels hold another byte",
            [](v1::ModelFile& m) { m.mutable_members(1)->mutable_k_nearest_neighbours()->set_labels("\1\2\1"); }},
        BrokenRule{"tree node 0 has the children 0 and 2",
                   [](v1::ModelFile& m) { m.mutable_members(2)->mutable_decision_tree()->set_left(0, 0); }},
        BrokenRule{"tree node 0 splits column 4 of 4",
                   [](v1::ModelFile& m) { m.mutable_members(2)->mutable_decision_tree()->set_column(0, 4); }},
        BrokenRule{"tree node 2 has two parents",
                   [](v1::ModelFile& m) { m.mutable_members(2)->mutable_decision_tree()->set_left(0, 2); }},
        BrokenRule{"tree has lists of 3, 3, 3, 3 and 4",
                   [](v1::ModelFile& m) { m.mutable_members(2)->mutable_decision_tree()->add_value(1); }},
        BrokenRule{"forest has no tree that begins at node 0",
                   [](v1::ModelFile& m) { m.mutable_members(4)->mutable_random_forest()->set_roots(0, 1); }},
        BrokenRule{"forest's tree 0 has the nodes 0 to 7 of 6",
                   [](v1::ModelFile& m) { m.mutable_members(4)->mutable_random_forest()->set_roots(1, 7); }},
        BrokenRule{
            "member 5: tree node 0 has the children 1 and 3; they must stand after it and before 3",
            [](v1::ModelFile& m) { m.mutable_members(5)->mutable_extra_trees()->mutable_nodes()->set_right(3, 3); }},
        BrokenRule{"member 4: tree node 1 has the share -0.5; it must be 0 to 1",
                   [](v1::ModelFile&
                          m) { m.mutable_members(4)->mutable_random_forest()->mutable_nodes()->set_value(1, -0.5); }},
        BrokenRule{
            "member 6: tree node 1 has the value nan; it must be finite",
            [](v1::ModelFile&
                   m) { m.mutable_members(6)->mutable_gradient_boosting()->mutable_nodes()->set_value(4, kNan); }},
        BrokenRule{"boosting has no tree that begins at node 0",
                   [](v1::ModelFile& m) { m.mutable_members(6)->mutable_gradient_boosting()->clear_roots(); }},
        BrokenRule{"boosting's tree 0 has the nodes 0 to 7 of 6",
                   [](v1::ModelFile& m) { m.mutable_members(6)->mutable_gradient_boosting()->set_roots(1, 7); }},
        BrokenRule{"member 6: base score is nan",
                   [](v1::ModelFile& m) { m.mutable_members(6)->mutable_gradient_boosting()->set_base_score(kNan); }},
        BrokenRule{"kernel degree is 11",
                   [](v1::ModelFile& m) { m.mutable_members(3)->mutable_support_vector()->set_degree(11); }},
        BrokenRule{"coefficients are 4 for 3 vectors",
                   [](v1::ModelFile& m) { m.mutable_members(3)->mutable_support_vector()->add_coefficients(1); }},
        BrokenRule{"calibration does not rise at knot 1",
                   [](v1::ModelFile& m) { m.mutable_calibration()->set_scores(1, -1); }},
        BrokenRule{"calibration probability is 1",
                   [](v1::ModelFile& m) { m.mutable_calibration()->set_probabilities(2, 1); }},
        BrokenRule{"calibration has knots beside a sigmoid",
                   [](v1::ModelFile& m) { m.mutable_calibration()->mutable_sigmoid()->set_slope(1); }},
        BrokenRule{"calibration's slope is 0", [](v1::ModelFile& m) { SigmoidOf(m).set_intercept(1); }},
        BrokenRule{"calibration's slope is -1", [](v1::ModelFile& m) { SigmoidOf(m).set_slope(-1); }},
        BrokenRule{"calibration's slope is inf", [](v1::ModelFile& m) { SigmoidOf(m).set_slope(INFINITY); }},
        BrokenRule{"calibration's intercept is nan",
                   [](v1::ModelFile& m) {
                     SigmoidOf(m).set_slope(1);
                     SigmoidOf(m).set_intercept(kNan);
                   }},
        BrokenRule{"segments are over visits", [](v1::ModelFile& m) { m.mutable_segments()->set_feature("visits"); }},
        BrokenRule{"lower profit bound 6 is above the upper 5",
                   [](v1::ModelFile& m) { m.mutable_segments()->set_lower(6); }},
        BrokenRule{"background has 101 rows", [](v1::ModelFile& m) { m.mutable_background_rows()->set_rows(101); }},
        BrokenRule{"background has 5 columns for 4 features",
                   [](v1::ModelFile& m) { m.mutable_background_rows()->add_columns(); }},
        BrokenRule{"background of visits has missing rows that do not rise below 3",
                   [](v1::ModelFile& m) { m.mutable_background_rows()->mutable_columns(0)->set_missing(0, 3); }},
        BrokenRule{"background of visits has 3 known and 1 missing values for 3 rows",
                   [](v1::ModelFile& m) { m.mutable_background_rows()->mutable_columns(0)->add_numbers(1); }},
        BrokenRule{"background of visits has the number nan",
                   [](v1::ModelFile& m) { m.mutable_background_rows()->mutable_columns(0)->set_numbers(0, kNan); }},
        BrokenRule{"background of visits has values of another kind",
                   [](v1::ModelFile& m) { m.mutable_background_rows()->mutable_columns(0)->add_values("a"); }},
        BrokenRule{"background of tier has values that are not sorted",
                   [](v1::ModelFile& m) { m.mutable_background_rows()->mutable_columns(2)->set_values(0, "z"); }},
        BrokenRule{"background of tier refers to value 2 of 2",
                   [](v1::ModelFile& m) { m.mutable_background_rows()->mutable_columns(2)->set_places(0, 2); }},
        BrokenRule{"revenue: regressors are 0", [](v1::ModelFile& m) { m.mutable_revenue()->clear_regressors(); }},
        BrokenRule{"revenue: regressors are 9; there must be 1 to 8",
                   [](v1::ModelFile& m) {
                     while (m.revenue().regressors_size() < 9) m.mutable_revenue()->add_regressors();
                   }},
        BrokenRule{"revenue: preprocessing has no columns",
                   [](v1::ModelFile& m) {
                     m.mutable_revenue()->mutable_preprocessing()->clear_numbers();
                     m.mutable_revenue()->mutable_preprocessing()->clear_categories();
                   }},
        BrokenRule{"revenue: number column refers to feature 3",
                   [](v1::ModelFile& m) {
                     m.mutable_revenue()->mutable_preprocessing()->mutable_numbers(0)->set_feature(3);
                   }},
        BrokenRule{"revenue: regressor's base is nan",
                   [](v1::ModelFile& m) { m.mutable_revenue()->mutable_regressors(1)->set_base(kNan); }},
        BrokenRule{"revenue: regressor's base is 1; it must be 0 where trees are averaged",
                   [](v1::ModelFile& m) { m.mutable_revenue()->mutable_regressors(2)->set_base(1); }},
        BrokenRule{"revenue: regressor has no nodes for its trees",
                   [](v1::ModelFile& m) { m.mutable_revenue()->mutable_regressors(0)->clear_nodes(); }},
        BrokenRule{"revenue: regressor has no nodes for its trees",
                   [](v1::ModelFile& m) { m.mutable_revenue()->mutable_regressors(1)->set_averages(true); }},
        BrokenRule{"revenue: regressor has no tree that begins at node 0",
                   [](v1::ModelFile& m) { m.mutable_revenue()->mutable_regressors(0)->clear_roots(); }},
        BrokenRule{
            "revenue: tree node 1 has the value inf; it must be finite",
            [](v1::ModelFile& m) { m.mutable_revenue()->mutable_regressors(0)->mutable_nodes()->set_value(1, INFINITY); }},
        BrokenRule{
            "revenue: tree node 0 splits column 4 of 4",
            [](v1::ModelFile& m) { m.mutable_revenue()->mutable_regressors(2)->mutable_nodes()->set_column(0, 4); }},
        BrokenRule{"horizon is 0 months", [](v1::ModelFile& m) { m.set_horizon_months(0); }},
        BrokenRule{"risk threshold is 1", [](v1::ModelFile& m) { m.set_risk_threshold(1); }}));

}  // namespace
}  // namespace ebb
