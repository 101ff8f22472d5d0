#include "model/trained_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "model/arithmetic/exp_log.h"
#include "model/testing/models.h"

namespace ebb {
namespace {

using namespace testing_models;
using ::testing::HasSubstr;

double RankingScore(const Estimator& estimator, const FeatureVector& vector) {
  return ModelOf({estimator}).ScoreOne(vector).ranking_score;
}

TEST(TrainedModel, ScalesNumbersAndOpensCategories) {
  // (5 - 1) / 2 × 1 + 8 × 0.5 + premium × -2 + 0.25
  EXPECT_EQ(RankingScore(Logistic(), Vector(5, 8, "premium")), 2 + 4 - 2 + 0.25);
}

TEST(TrainedModel, PutsMedianAndMostFrequentInPlaceOfWhatIsMissing) {
  EXPECT_EQ(RankingScore(Logistic(), Vector(NAN, NAN, "")), RankingScore(Logistic(), Vector(3, 10, "standard")));
}

TEST(TrainedModel, TakesAnUnseenCategoryAsZeroInEveryColumn) {
  EXPECT_EQ(RankingScore(Logistic(), Vector(1, 0, "gold")), 0.25);
}

TEST(TrainedModel, WalksTheTreeLeftOnTheThreshold) {
  EXPECT_EQ(RankingScore(Tree(), Vector(0, 10, "")), 0.25);
  EXPECT_EQ(RankingScore(Tree(), Vector(0, 10.5, "")), 0.75);
}

TEST(TrainedModel, LeavesTheCustomerHimselfOutOfHisNeighbours) {
  // The third row of training: the second is at 3 and steady, the first at 6 and declined.
  RowMatrix query(1, 4);
  for (size_t c = 0; c < 4; ++c) query.Row(0)[c] = static_cast<double>(c);
  double score = 0;
  Neighbours().Score(query, {&score, 1});
  EXPECT_DOUBLE_EQ(score, (1.0 / 6) / (1.0 / 3 + 1.0 / 6));
  query.Row(0)[0] = 1;  // distances 1 + 0 … to the third row, 1 + 3 to the second: weights 1 and 1/4
  Neighbours().Score(query, {&score, 1});
  EXPECT_EQ(score, 1 / 1.25);
}

TEST(TrainedModel, AveragesTheTreesOfAForest) {
  // Visits are scaled: (visits - 1) / 2.
  EXPECT_EQ(RankingScore(RandomForest{TwoTrees()}, Vector(3, 10, "")), (0.25 + 1) / 2);
  EXPECT_EQ(RankingScore(ExtraTrees{TwoTrees()}, Vector(3.5, 10.5, "")), (0.75 + 0.5) / 2);
}

TEST(TrainedModel, AddsTheLeavesOfBoostingToItsBase) {
  EXPECT_EQ(RankingScore(Boosting(), Vector(3, 10, "")), -0.5 - 3 + 1);
  EXPECT_EQ(RankingScore(Boosting(), Vector(3.5, 10.5, "")), -0.5 + 0.75 + 0.5);
}

TEST(TrainedModel, SumsKernelsOfSupportVectors) {
  RowMatrix query(1, 4);
  double score = 0;
  SupportVectors().Score(query, {&score, 1});
  // Squared distances from the origin: 0, (1 + 4 + 9) / 4, 1 + 4 + 9.
  EXPECT_NEAR(score, 1 - 2 * Exp(-0.5 * 3.5) + Exp(-0.5 * 14) - 0.125, 1e-15);
}

TEST(TrainedModel, GivesTheSameBitsInBatchesAsOneByOne) {
  const TrainedModel model = ModelOf({Logistic(), Neighbours(), Tree(), SupportVectors(), RandomForest{TwoTrees()},
                                      ExtraTrees{TwoTrees()}, Boosting()});
  std::vector<FeatureVector> vectors;
  for (int i = 0; i < 50; ++i) vectors.push_back(Vector(i * 0.37, 12 - i * 0.61, i % 3 == 0 ? "premium" : "standard"));
  std::vector<Score> scores(vectors.size());
  model.ScoreBatch(vectors, scores);
  for (size_t i = 0; i < vectors.size(); ++i) {
    EXPECT_EQ(scores[i].ranking_score, model.ScoreOne(vectors[i]).ranking_score);
    EXPECT_EQ(scores[i].probability, model.ScoreOne(vectors[i]).probability);
  }
}

TEST(TrainedModel, AddsUpTheScoresOfItsMembersAndCalibratesTheSum) {
  const FeatureVector vector = Vector(5, 8, "premium");
  TrainedModel both = ModelOf({Logistic(), Tree()});
  both.members[0].weight = 0.75;
  both.members[1].weight = 2;
  both.intercept = -3;
  const double sum = -3 + 0.75 * RankingScore(Logistic(), vector) + 2 * RankingScore(Tree(), vector);
  EXPECT_DOUBLE_EQ(both.ScoreOne(vector).ranking_score, sum);
  EXPECT_EQ(both.ScoreOne(vector).probability, both.calibration.Probability(both.ScoreOne(vector).ranking_score));
}

TEST(TrainedModel, StaysFiniteForAbsurdNumbers) {
  for (const Estimator& estimator : {Estimator(Logistic()), Estimator(Neighbours()), Estimator(SupportVectors())}) {
    const Score score = ModelOf({estimator}).ScoreOne(Vector(1e308, -1e308, ""));
    EXPECT_TRUE(std::isfinite(score.ranking_score) && score.probability > 0 && score.probability < 1);
  }
}

TEST(TrainedModel, ChecksVectors) {
  const TrainedModel model = ModelOf({Logistic()});
  EXPECT_TRUE(model.CheckVector(Vector(NAN, 1, "")).ok());
  EXPECT_THAT(model.CheckVector({}).message(), HasSubstr("has 0 features, the model takes 4"));
  EXPECT_THAT(model.CheckVector(Vector(INFINITY, 1, "")).message(), HasSubstr("feature visits is inf"));
}

TEST(Calibration, RisesStrictlyFarBeyondItsKnots) {
  const Calibration calibration = ModelOf({Logistic()}).calibration;
  double before = 0;
  for (double score = -60; score <= 60; score += 0.125) {
    const double probability = calibration.Probability(score);
    EXPECT_GT(probability, before) << score;
    EXPECT_LT(probability, 1);
    before = probability;
  }
  EXPECT_EQ(calibration.Probability(-1), 0.1);
  EXPECT_DOUBLE_EQ(calibration.Probability(1), 0.65);
  EXPECT_EQ(calibration.Probability(2), 0.9);
  EXPECT_GE(calibration.Probability(-1e300), 0.05);
  EXPECT_LE(calibration.Probability(1e300), 0.95);
}

TEST(Calibration, RisesAlongASigmoidAndStaysInside) {
  const Calibration calibration{.knots = {}, .sigmoid = Calibration::Sigmoid{.slope = 2, .intercept = -1}};
  EXPECT_EQ(calibration.Probability(0.5), 0.5);
  EXPECT_NEAR(calibration.Probability(2), 1 / (1 + std::exp(-3.0)), 1e-15);
  double before = 0;
  for (double score = -300; score <= 15; score += 0.125) {
    const double probability = calibration.Probability(score);
    EXPECT_GT(probability, before) << score;
    EXPECT_LT(probability, 1);
    before = probability;
  }
  for (const double far : {20.0, 1e3, 1e308, HUGE_VAL}) {
    EXPECT_GE(calibration.Probability(far), before) << far;
    EXPECT_LT(calibration.Probability(far), 1) << far;
    EXPECT_GT(calibration.Probability(-far), 0) << far;
  }
}

TEST(FeatureSchema, FingerprintsNamesKindsRolesAndOrderOnly) {
  const FeatureSchema schema = Schema();
  std::vector<FeatureSpec> specs = schema.specs();
  specs[0].description = "other words";
  specs[0].lever = false;
  specs[0].label = {.english = "visits", .russian = "визитов"};
  EXPECT_EQ(FeatureSchema(specs).Fingerprint(), schema.Fingerprint());
  EXPECT_FALSE(FeatureSchema(specs) == schema);
  std::swap(specs[0], specs[1]);
  EXPECT_NE(FeatureSchema(specs).Fingerprint(), schema.Fingerprint());
  EXPECT_EQ(schema.IndexOf("tier"), 2u);
  EXPECT_EQ(schema.IndexOf("nothing"), std::nullopt);
}

}  // namespace
}  // namespace ebb
