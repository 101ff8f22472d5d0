#include "trainer/evaluation/estimate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "trainer/evaluation/metrics.h"
#include "trainer/evaluation/ranked_rows.h"
#include "trainer/evaluation/stratified_bootstrap.h"
#include "trainer/fit/random_stream.h"

namespace ebb::trainer {
namespace {

struct DrawnScores {
  std::vector<double> scores;
  std::vector<uint8_t> labels;
};

// Scores with ties that rank somewhat right.
DrawnScores DrawScores(uint64_t seed, size_t rows) {
  DrawnScores drawn;
  RandomStream random(seed, 0);
  for (size_t i = 0; i < rows; ++i) {
    drawn.labels.push_back(i < 2 ? i : random.Share() < 0.4);
    drawn.scores.push_back(std::floor(random.Share() * 8 + (drawn.labels.back() != 0 ? 2 : 0)));
  }
  return drawn;
}

TEST(RankedRows, AgreesWithTheMetricsOfTheResampleWrittenOut) {
  const DrawnScores drawn = DrawScores(1, 200);
  const RankedRows ranked(drawn.scores, drawn.labels);
  const StratifiedBootstrap bootstrap(drawn.labels, 7);
  for (int draw = 0; draw < 20; ++draw) {
    const std::vector<uint32_t> counts = bootstrap.Counts(draw);
    DrawnScores resample;
    for (size_t row = 0; row < counts.size(); ++row) {
      for (uint32_t i = 0; i < counts[row]; ++i) {
        resample.scores.push_back(drawn.scores[row]);
        resample.labels.push_back(drawn.labels[row]);
      }
    }
    EXPECT_DOUBLE_EQ(ranked.RocAuc(counts), RocAuc(resample.scores, resample.labels));
    EXPECT_NEAR(ranked.AveragePrecision(counts), AveragePrecision(resample.scores, resample.labels), 1e-12);
  }
}

TEST(RankedRows, LacksAFigureWhereAClassIsMissing) {
  const std::vector<double> scores = {1, 2};
  const std::vector<uint8_t> labels = {1, 1};
  const RankedRows ranked(scores, labels);
  EXPECT_TRUE(std::isnan(ranked.RocAuc(std::vector<uint32_t>{1, 1})));
  EXPECT_TRUE(std::isnan(ranked.RocAucByDeLong().value));
}

TEST(StratifiedBootstrap, KeepsEachClassAndDrawsTheSameWheneverAsked) {
  const DrawnScores drawn = DrawScores(2, 300);
  const StratifiedBootstrap bootstrap(drawn.labels, 3), again(drawn.labels, 3);
  const auto declined = std::accumulate(drawn.labels.begin(), drawn.labels.end(), 0u);
  for (const int draw : {5, 0, 999}) {
    const std::vector<uint32_t> counts = bootstrap.Counts(draw);
    uint32_t of_declined = 0, of_all = 0;
    for (size_t row = 0; row < counts.size(); ++row) {
      of_all += counts[row];
      if (drawn.labels[row] != 0) of_declined += counts[row];
    }
    EXPECT_EQ(of_all, 300u);
    EXPECT_EQ(of_declined, declined);
    EXPECT_EQ(counts, again.Counts(draw));
  }
  EXPECT_NE(bootstrap.Counts(0), bootstrap.Counts(1));
}

// The textbook example of pROC's documentation is not at hand here: the bootstrap's own spread is the yardstick.
TEST(RocAucByDeLong, IsAsWideAsTheBootstrap) {
  const DrawnScores drawn = DrawScores(4, 400);
  const RankedRows ranked(drawn.scores, drawn.labels);
  const StratifiedBootstrap bootstrap(drawn.labels, 1);
  std::vector<double> draws;
  for (int draw = 0; draw < bootstrap.draws(); ++draw) draws.push_back(ranked.RocAuc(bootstrap.Counts(draw)));
  const Estimate by_draws = PercentileEstimate(RocAuc(drawn.scores, drawn.labels), draws);
  const Estimate by_delong = ranked.RocAucByDeLong();
  EXPECT_DOUBLE_EQ(by_delong.value, by_draws.value);
  EXPECT_NEAR(by_delong.lower, by_draws.lower, 0.008);
  EXPECT_NEAR(by_delong.upper, by_draws.upper, 0.008);
}

TEST(StudentQuantile, KnowsTheTables) {
  EXPECT_NEAR(StudentQuantile(7), 2.3646, 0.001);
  EXPECT_NEAR(StudentQuantile(19), 2.0930, 0.0001);
}

TEST(RepeatedSplitsEstimate, IsWiderThanIfTheSplitsWereIndependent) {
  const std::vector<double> values = {1, 2, 3, 4, 1, 2, 3, 4};
  const Estimate estimate = RepeatedSplitsEstimate(values, 1.0 / 3);
  EXPECT_DOUBLE_EQ(estimate.value, 2.5);
  const double variance = 10.0 / 7;
  EXPECT_NEAR(estimate.upper - estimate.value, 2.3646 * std::sqrt((1.0 / 8 + 1.0 / 3) * variance), 0.002);
  EXPECT_DOUBLE_EQ(RepeatedSplitsEstimate(std::vector<double>{3}, 1).upper, 3);
}

// Worked out by hand: the differences 1 … 8 hundredths have the mean 0.045, the variance 6e-4 and so the corrected
// error sqrt((1/8 + 1/3) × 6e-4) = 0.0165831, twice the naive sqrt(6e-4 / 8) = 0.0086603.
TEST(PairedDifference, AgreesWithHandComputedNumbers) {
  const std::vector<double> first = {0.80, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.87};
  const std::vector<double> second = {0.81, 0.83, 0.85, 0.87, 0.89, 0.91, 0.93, 0.95};
  const PairedDifference better = ComparePaired(first, second, 1.0 / 3);
  EXPECT_NEAR(better.difference.value, 0.045, 1e-12);
  EXPECT_NEAR(better.standard_error, 0.0165831, 1e-7);
  EXPECT_NEAR(better.T(), 2.713602, 1e-5);
  EXPECT_NEAR(better.difference.lower, 0.045 - 2.364624 * 0.0165831, 2e-5) << "seven degrees of freedom";
  EXPECT_NEAR(better.difference.upper, 0.045 + 2.364624 * 0.0165831, 2e-5);
  EXPECT_TRUE(better.SecondIsNotWorse());
  const PairedDifference worse = ComparePaired(second, first, 1.0 / 3);
  EXPECT_NEAR(worse.T(), -2.713602, 1e-5);
  EXPECT_FALSE(worse.SecondIsNotWorse());
}

TEST(PairedDifference, ForgivesOneStandardErrorAndNoMore) {
  const std::vector<double> first(8, 0.9);
  // Deviations of ±0.01 about the mean: the variance is 8e-4 / 7, the error sqrt((1/8 + 1/3) × 8e-4 / 7) = 0.0072375.
  const std::pair<double, bool> cases[] = {{-0.0072, true}, {-0.0073, false}, {0, true}, {0.1, true}};
  for (const auto& [mean, not_worse] : cases) {
    std::vector<double> second;
    for (int i = 0; i < 8; ++i) second.push_back(0.9 + mean + (i % 2 == 0 ? 0.01 : -0.01));
    EXPECT_NEAR(ComparePaired(first, second, 1.0 / 3).standard_error, 0.0072375, 1e-7);
    EXPECT_EQ(ComparePaired(first, second, 1.0 / 3).SecondIsNotWorse(), not_worse) << mean;
  }
}

TEST(PairedDifference, OfEqualsIsNothingWithoutError) {
  const std::vector<double> same = {0.8, 0.9, 0.85};
  const PairedDifference none = ComparePaired(same, same, 1.0 / 3);
  EXPECT_EQ(none.difference.value, 0);
  EXPECT_EQ(none.standard_error, 0);
  EXPECT_EQ(none.T(), 0);
  EXPECT_TRUE(none.SecondIsNotWorse());
}

TEST(PercentileEstimate, LeavesOutUndefinedDraws) {
  std::vector<double> draws(1001);
  std::iota(draws.begin(), draws.end(), 0.0);
  draws.push_back(NAN);
  const Estimate estimate = PercentileEstimate(400, draws);
  EXPECT_DOUBLE_EQ(estimate.lower, 25);
  EXPECT_DOUBLE_EQ(estimate.upper, 975);
  EXPECT_DOUBLE_EQ(PercentileEstimate(3, {NAN}).lower, 3);
}

}  // namespace
}  // namespace ebb::trainer
