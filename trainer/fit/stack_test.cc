#include "trainer/fit/stack.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "trainer/evaluation/metrics.h"

namespace ebb::trainer {
namespace {

// Two members that each see half of what decides, each on a scale of its own, and one that sees nothing.
struct Scores {
  std::vector<std::vector<double>> members = std::vector<std::vector<double>>(3);
  std::vector<uint8_t> labels;
};

Scores Draw(unsigned seed, int rows) {
  std::mt19937_64 random(seed);
  const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  Scores scores;
  for (int i = 0; i < rows; ++i) {
    const double a = uniform(), b = uniform();
    scores.members[0].push_back(a);
    scores.members[1].push_back(1000 * b - 300);
    scores.members[2].push_back(uniform());
    scores.labels.push_back(a + b + uniform() > 1.5);
  }
  return scores;
}

TEST(Stack, JoinsWhatMembersKnowWhateverTheirScales) {
  const Stack stack = FitStack(Draw(1, 1000).members, Draw(1, 1000).labels);
  EXPECT_NEAR(stack.weights[0], stack.weights[1] * 1000, 0.25 * stack.weights[0]);
  const Scores fresh = Draw(2, 1000);
  const double together = RocAuc(stack.Combine(fresh.members), fresh.labels);
  EXPECT_GT(together, RocAuc(fresh.members[0], fresh.labels) + 0.05);
  EXPECT_GT(together, RocAuc(fresh.members[1], fresh.labels) + 0.05);
}

TEST(Stack, AnswersLogOdds) {
  const Scores scores = Draw(3, 2000);
  double expected = 0, declined = 0;
  for (const double sum : FitStack(scores.members, scores.labels).Combine(scores.members))
    expected += 1 / (1 + std::exp(-sum));
  for (const uint8_t label : scores.labels) declined += label;
  EXPECT_NEAR(expected, declined, 1e-6);
}

TEST(Stack, GivesNoNegativeWeight) {
  Scores scores = Draw(4, 500);
  for (double& score : scores.members[2]) score = -score;
  for (size_t r = 0; r < scores.labels.size(); ++r) scores.members[2][r] -= scores.labels[r];  // wrong way round
  const Stack stack = FitStack(scores.members, scores.labels);
  EXPECT_GT(stack.weights[0], 0);
  EXPECT_GT(stack.weights[1], 0);
  EXPECT_EQ(stack.weights[2], 0);
}

TEST(Stack, CountsTheFirstAloneWhereNoneSaysAnything) {
  const std::vector<std::vector<double>> constant(2, std::vector<double>(10, 0.5));
  const Stack stack = FitStack(constant, std::vector<uint8_t>{0, 1, 0, 1, 0, 1, 0, 1, 0, 1});
  EXPECT_EQ(stack.weights, (std::vector<double>{1, 0}));
}

}  // namespace
}  // namespace ebb::trainer
