#include "model/explain/replacement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "model/explain/explainer.h"
#include "model/explain/quick_explainer.h"
#include "model/testing/models.h"
#include "model/testing/random_models.h"

namespace ebb {
namespace {

using random_models::RandomModels;
using ::testing::ElementsAre;

TEST(Replacement, TakesEachInputAwayByItself) {
  using namespace testing_models;
  const TrainedModel model = ModelOf({Logistic()});
  const Explanation explanation = ExplainByReplacement(model, Vector(5, NAN, "premium"));
  EXPECT_EQ(explanation.method, ShapleyMethod::kReplacement);
  EXPECT_EQ(explanation.scale, ShapleyScale::kLogOdds);
  // As the exact values, for a linear model is without interactions: the profit is for segments only.
  EXPECT_THAT(explanation.contributions, ElementsAre(1, 0, -6, 0));
  EXPECT_EQ(explanation.score, model.ScoreOne(Vector(5, NAN, "premium")).ranking_score);
  EXPECT_EQ(explanation.base, model.ScoreOne(Vector(3, 10, "standard")).ranking_score);
  EXPECT_TRUE(explanation.standard_errors.empty());
}

TEST(Replacement, MeasuresInTheModelsOwnScale) {
  using namespace testing_models;
  const struct {
    std::vector<Estimator> estimators;
    ShapleyScale scale;
  } kCases[] = {
      {{Logistic()}, ShapleyScale::kLogOdds},
      {{Boosting()}, ShapleyScale::kLogOdds},
      {{Neighbours()}, ShapleyScale::kShare},
      {{Tree()}, ShapleyScale::kShare},
      {{SupportVectors()}, ShapleyScale::kDecisionValue},
      {{Tree(), SupportVectors()}, ShapleyScale::kLogOdds},
  };
  for (const auto& c : kCases) {
    const TrainedModel model = ModelOf(c.estimators);
    const FeatureVector vector = Vector(1, 20, "premium");
    EXPECT_EQ(ExplainByReplacement(model, vector).scale, c.scale);
    EXPECT_EQ(Explainer(model).Explain(vector).scale, c.scale);
  }
}

TEST(Replacement, AgreesWithTheScoreOfEachReplacedVector) {
  for (unsigned seed = 0; seed < 8; ++seed) {
    SCOPED_TRACE(seed);
    RandomModels random(seed, 4, 2);
    TrainedModel model = random.ModelOf({random.Tree(5), random.Neighbours(), random.SupportVectors(KernelKind::kRbf)});
    for (size_t f = 0; f < model.schema.size(); ++f) model.background.push_back({random.Real(), "a"});
    const FeatureVector vector = random.Vector();
    const Explanation explanation = ExplainByReplacement(model, vector);
    for (size_t f = 0; f < vector.size(); ++f) {
      FeatureVector without = vector;
      without[f] = {model.background[f].median, model.background[f].most_frequent};
      EXPECT_EQ(explanation.contributions[f], explanation.score - model.ScoreOne(without).ranking_score) << f;
    }
  }
}

// The method of a model is part of what its subscribers are told: it may not depend on the machine's mood.
TEST(QuickExplainer, ChoosesByTheModel) {
  RandomModels random(3, 12, 2);
  // As many support vectors as the shop's models have.
  const auto support_vectors = [&](size_t rows) {
    RowMatrix matrix(rows, random.columns());
    for (size_t r = 0; r < rows; ++r) std::ranges::generate(matrix.Row(r), [&] { return random.Real(); });
    return SupportVectorClassifier{.kernel = {.kind = KernelKind::kRbf, .gamma = 0.3},
                                   .vectors = ColumnMatrix(matrix),
                                   .coefficients = std::vector<double>(rows, 0.5),
                                   .rho = 0};
  };
  const struct {
    const char* name;
    std::vector<Estimator> estimators;
    bool exact;
  } kCases[] = {
      {"logistic regression", {random.Logistic()}, true},
      {"a linear kernel", {random.SupportVectors(KernelKind::kLinear)}, true},
      {"a tree", {random.Tree(12)}, true},
      {"boosting of 200", {random.Boosting(200, 6)}, true},
      {"a small forest", {RandomForest{random.Trees(20, 8)}}, true},
      {"boosting and logistic regression", {random.Boosting(200, 6), random.Logistic()}, true},
      {"a forest of 500 deep trees", {RandomForest{random.Trees(500, 12)}}, false},
      {"a kernel of 600 vectors", {support_vectors(600)}, false},
      {"a polynomial kernel", {random.SupportVectors(KernelKind::kPolynomial)}, false},
      {"neighbours", {random.Neighbours()}, false},
      {"a stack with neighbours", {random.Logistic(), random.Neighbours()}, false},
  };
  const std::vector<FeatureVector> background = random.Vectors(100);
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    TrainedModel model = random.ModelOf(c.estimators);
    model.background.resize(model.schema.size(), {.median = 0, .most_frequent = "a"});
    const Explainer explainer(model, background);
    const QuickExplainer quick(model, explainer);
    EXPECT_EQ(quick.exact(), c.exact) << explainer.EstimatedMicroseconds() << " us";
    const FeatureVector vector = random.Vector();
    const Explanation explanation = quick.Explain(vector);
    EXPECT_EQ(explanation.method == ShapleyMethod::kReplacement, !c.exact);
    const Explanation want = c.exact ? explainer.Explain(vector) : ExplainByReplacement(model, vector);
    EXPECT_EQ(explanation.contributions, want.contributions);
  }
}

}  // namespace
}  // namespace ebb
