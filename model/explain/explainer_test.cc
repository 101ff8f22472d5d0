#include "model/explain/explainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "model/explain/gauss_legendre.h"
#include "model/explain/lazy_explainers.h"
#include "model/testing/brute_force_shapley.h"
#include "model/testing/models.h"
#include "model/testing/random_models.h"

namespace ebb {
namespace {

using random_models::RandomModels;

double Sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

// The vector with the features of `set`, the background's rows with the others.
double MeanScoreOf(const TrainedModel& model, const FeatureVector& vector, const std::vector<FeatureVector>& background,
                   uint32_t set) {
  std::vector<FeatureVector> mixed = background;
  for (FeatureVector& row : mixed) {
    for (size_t f = 0; f < row.size(); ++f) {
      if ((set >> f & 1) != 0) row[f] = vector[f];
    }
  }
  double sum = 0;
  std::vector<double> scores(mixed.size());
  for (const TrainedModel::Member& member : model.members) {
    member.pipeline.Score(mixed, scores);
    sum += member.weight * Sum(scores);
  }
  return model.intercept + sum / static_cast<double>(mixed.size());
}

void ExpectAddsUp(const Explanation& explanation) {
  EXPECT_NEAR(explanation.base + Sum(explanation.contributions), explanation.score, 1e-9);
}

void ExpectTheDefinition(const TrainedModel& model, const FeatureVector& vector,
                         const std::vector<FeatureVector>& background, ShapleyMethod method) {
  const Explanation explanation = Explainer(model, background).Explain(vector);
  EXPECT_EQ(explanation.method, method);
  EXPECT_TRUE(explanation.standard_errors.empty());
  ExpectAddsUp(explanation);
  const std::vector<double> want =
      brute_force::Shapley(vector.size(), [&](uint32_t set) { return MeanScoreOf(model, vector, background, set); });
  for (size_t f = 0; f < want.size(); ++f) EXPECT_NEAR(explanation.contributions[f], want[f], 1e-9) << "feature " << f;
}

class ExplainerOfRandomModels : public ::testing::TestWithParam<unsigned> {
 protected:
  RandomModels random_{GetParam(), 4, 3};
  const std::vector<FeatureVector> background_ = random_.Vectors(1 + random_.Whole(12));
  const FeatureVector vector_ = random_.Vector();
};

TEST_P(ExplainerOfRandomModels, IsTheDefinitionForLogisticRegression) {
  ExpectTheDefinition(random_.ModelOf({random_.Logistic()}), vector_, background_, ShapleyMethod::kExactLinear);
}

TEST_P(ExplainerOfRandomModels, IsTheDefinitionForTheLinearKernel) {
  ExpectTheDefinition(random_.ModelOf({random_.SupportVectors(KernelKind::kLinear)}), vector_, background_,
                      ShapleyMethod::kExactLinear);
}

TEST_P(ExplainerOfRandomModels, IsTheDefinitionForTheRbfKernel) {
  ExpectTheDefinition(random_.ModelOf({random_.SupportVectors(KernelKind::kRbf)}), vector_, background_,
                      ShapleyMethod::kExactProduct);
}

TEST_P(ExplainerOfRandomModels, IsTheDefinitionForTrees) {
  for (const int depth : {0, 1, 3, 6, 11}) {
    SCOPED_TRACE(depth);
    ExpectTheDefinition(random_.ModelOf({random_.Tree(depth)}), vector_, background_, ShapleyMethod::kExactTree);
  }
}

TEST_P(ExplainerOfRandomModels, IsTheDefinitionForForests) {
  ExpectTheDefinition(random_.ModelOf({RandomForest{random_.Trees(5, 4)}}), vector_, background_,
                      ShapleyMethod::kExactTree);
  ExpectTheDefinition(random_.ModelOf({ExtraTrees{random_.Trees(3, 11)}}), vector_, background_,
                      ShapleyMethod::kExactTree);
}

TEST_P(ExplainerOfRandomModels, IsTheDefinitionForBoosting) {
  for (const int depth : {2, 6, 11}) {
    SCOPED_TRACE(depth);
    const TrainedModel model = random_.ModelOf({random_.Boosting(5, depth)});
    ExpectTheDefinition(model, vector_, background_, ShapleyMethod::kExactTree);
    EXPECT_EQ(Explainer(model, background_).Explain(vector_).scale, ShapleyScale::kLogOdds);
  }
}

TEST_P(ExplainerOfRandomModels, IsTheDefinitionForSeveralMembers) {
  ExpectTheDefinition(random_.ModelOf({random_.Tree(4), random_.Logistic(), random_.SupportVectors(KernelKind::kRbf),
                                       random_.Boosting(3, 4)}),
                      vector_, background_, ShapleyMethod::kExactMixed);
}

TEST_P(ExplainerOfRandomModels, SamplesOtherEstimatorsWithinTheirErrors) {
  for (const Estimator& estimator :
       {Estimator(random_.Neighbours()), Estimator(random_.SupportVectors(KernelKind::kPolynomial))}) {
    const TrainedModel model = random_.ModelOf({estimator});
    const Explanation explanation = Explainer(model, background_).Explain(vector_);
    EXPECT_EQ(explanation.method, ShapleyMethod::kSampled);
    ExpectAddsUp(explanation);
    const std::vector<double> want = brute_force::Shapley(
        vector_.size(), [&](uint32_t set) { return MeanScoreOf(model, vector_, background_, set); });
    for (size_t f = 0; f < want.size(); ++f) {
      EXPECT_NEAR(explanation.contributions[f], want[f], 5 * explanation.standard_errors[f] + 1e-9) << "feature " << f;
    }
  }
}

TEST_P(ExplainerOfRandomModels, SamplesTheProbability) {
  const TrainedModel model = random_.ModelOf({random_.Tree(4), random_.Logistic()});
  const Explanation explanation = Explainer(model, background_).ExplainProbability(vector_);
  EXPECT_EQ(explanation.scale, ShapleyScale::kProbability);
  EXPECT_EQ(explanation.score, model.ScoreOne(vector_).probability);
  EXPECT_EQ(explanation.standard_errors.size(), vector_.size());
  ExpectAddsUp(explanation);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ExplainerOfRandomModels, ::testing::Range(0u, 12u));

TEST(Explainer, GivesTheSameAnswerTwice) {
  RandomModels random(7, 4, 2);
  const TrainedModel model = random.ModelOf({random.Neighbours(), random.Tree(9)});
  const std::vector<FeatureVector> background = random.Vectors(100);
  const FeatureVector vector = random.Vector();
  const Explanation once = Explainer(model, background).Explain(vector);
  const Explanation again = Explainer(model, background).Explain(vector);
  EXPECT_EQ(once.contributions, again.contributions);
  EXPECT_EQ(once.standard_errors, again.standard_errors);
}

TEST(LazyExplainers, AreMadeWhenSomebodyAsksAndAnswerAsOthersDo) {
  const TrainedModel model = testing_models::ModelOf({testing_models::Logistic()});
  const FeatureVector vector = testing_models::Vector(5, NAN, "premium");
  const LazyExplainers lazy(&model);
  EXPECT_FALSE(lazy.made());
  EXPECT_EQ(lazy.exact().Explain(vector).contributions, Explainer(model).Explain(vector).contributions);
  EXPECT_TRUE(lazy.made());
  EXPECT_EQ(&lazy.exact(), &lazy.exact());
  const LazyExplainers ahead(&model);
  ahead.Make();
  EXPECT_TRUE(ahead.made());
  EXPECT_EQ(ahead.quick().Explain(vector).contributions, lazy.quick().Explain(vector).contributions);
}

TEST(Explainer, ComparesWithMediansAndMostFrequentValuesWithoutBackgroundRows) {
  using namespace testing_models;
  const TrainedModel model = ModelOf({Logistic()});
  const Explainer explainer(model);
  EXPECT_EQ(explainer.background_rows(), 1u);
  const Explanation explanation = explainer.Explain(Vector(5, NAN, "premium"));
  EXPECT_EQ(explanation.scale, ShapleyScale::kLogOdds);
  // visits: (5 - 3) / 2 × 1; revenue is missing and so its median; the tier moves two columns: -2 for premium, less the
  // 4 of standard. The profit is for segments only.
  EXPECT_THAT(explanation.contributions, ::testing::ElementsAre(1, 0, -6, 0));
  ExpectAddsUp(explanation);
}

TEST(GaussLegendre, IntegratesPolynomialsExactly) {
  for (const size_t count : {1u, 2u, 3u, 8u, 32u}) {
    const std::vector<QuadratureNode> nodes = GaussLegendre(count);
    for (size_t degree = 0; degree < 2 * count; ++degree) {
      double integral = 0;
      for (const QuadratureNode& node : nodes) integral += node.weight * std::pow(node.at, degree);
      EXPECT_NEAR(integral, 1 / static_cast<double>(degree + 1), 1e-15 * 8) << count << " nodes, degree " << degree;
    }
  }
}

}  // namespace
}  // namespace ebb
