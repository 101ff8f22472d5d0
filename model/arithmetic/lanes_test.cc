#include "model/arithmetic/lanes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "model/arithmetic/exp_log.h"

namespace ebb {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool SameBits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

double ErrorInUlps(double got, double want) {
  return std::abs(got - want) / (std::nextafter(std::abs(want), kInfinity) - std::abs(want));
}

std::vector<double> Random(size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<double> values(count);
  for (double& value : values) value = static_cast<double>(random() >> 11) * 0x1p-50 - 4;
  return values;
}

TEST(Lanes, EveryBodyGivesTheSameBits) {
  size_t bodies = 0;
  const Lanes* const* lanes = RunnableLanes(&bodies);
  for (size_t count : {1, 3, 4, 7, 24, 33}) {
    for (size_t stride : {4, 12, 16, 20, 68}) {
      const std::vector<double> row = Random(count, count), columns = Random(count * stride, stride);
      std::vector<std::vector<double>> results;
      for (size_t body = 0; body < bodies; ++body) {
        std::vector<double> out(4 * stride + 1 + count);
        lanes[body]->dot_to_columns(row.data(), columns.data(), stride, count, out.data());
        lanes[body]->squared_distance_to_columns(row.data(), columns.data(), stride, count, out.data() + stride);
        lanes[body]->absolute_distance_to_columns(row.data(), columns.data(), stride, count, out.data() + 2 * stride);
        out[4 * stride] = lanes[body]->dot(row.data(), columns.data(), count);
        std::copy(row.begin(), row.end(), out.begin() + static_cast<ptrdiff_t>(4 * stride + 1));
        lanes[body]->exp(out.data() + 4 * stride + 1, count);
        results.push_back(out);
      }
      for (const auto& result : results) EXPECT_TRUE(SameBits(result, results[0])) << count << " by " << stride;
    }
  }
}

// Within rounding of the three loops, and the same bits from every body.
TEST(Lanes, TheRbfSumIsItsThreeLoopsOneAfterTheOther) {
  size_t bodies = 0;
  const Lanes* const* lanes = RunnableLanes(&bodies);
  for (size_t count : {1, 3, 24}) {
    for (size_t rows : {1, 4, 7, 15, 16, 18, 33, 64, 67}) {
      const size_t stride = (rows + 3) / 4 * 4;
      const std::vector<double> row = Random(count, count), columns = Random(count * stride, rows);
      const std::vector<double> coefficients = Random(rows, 99);
      std::vector<double> values(stride);
      const Lanes& plain = *lanes[0];
      plain.squared_distance_to_columns(row.data(), columns.data(), stride, count, values.data());
      for (double& value : values) value *= -0.3;
      plain.exp(values.data(), rows);
      const double want = plain.dot(coefficients.data(), values.data(), rows);
      std::vector<double> sums;
      for (size_t body = 0; body < bodies; ++body) {
        std::vector<double> norms(stride);
        lanes[body]->squared_norms(columns.data(), stride, count, norms.data());
        sums.push_back(lanes[body]->rbf_sum(row.data(), columns.data(), norms.data(), stride, count, -0.3,
                                            coefficients.data(), rows));
        EXPECT_NEAR(sums[body], want, 1e-12) << count << " by " << rows << ", " << lanes[body]->name;
        EXPECT_EQ(sums[body], lanes[body]->rbf_sum(row.data(), columns.data(), nullptr, stride, count, -0.3,
                                                   coefficients.data(), rows))
            << count << " by " << rows << ", norms on the way, " << lanes[body]->name;
        EXPECT_EQ(sums[body], sums[0]) << count << " by " << rows << ", " << lanes[body]->name;
      }
    }
  }
}

TEST(Lanes, DotSumsInFourLanes) {
  const std::vector<double> a = {1e16, 1, -1e16, 3, 5, 7};
  const std::vector<double> ones(6, 1.0);
  EXPECT_EQ(ChosenLanes().dot(a.data(), ones.data(), 6), ((1e16 + 5) + (1.0 + 7)) + (-1e16 + 3));
}

TEST(Lanes, DistancesAreThoseOfTheirNames) {
  const double row[] = {1, 2};
  const double columns[] = {1, 0, 4, 1, /**/ 2, 0, -2, 3};
  double out[4];
  ChosenLanes().squared_distance_to_columns(row, columns, 4, 2, out);
  EXPECT_EQ(std::vector<double>(out, out + 4), (std::vector<double>{0, 5, 25, 1}));
  ChosenLanes().absolute_distance_to_columns(row, columns, 4, 2, out);
  EXPECT_EQ(std::vector<double>(out, out + 4), (std::vector<double>{0, 3, 7, 1}));
}

TEST(ExpLog, StayWithinOneAndAHalfUlps) {
  double worst_exp = 0, worst_log = 0;
  for (int i = -70000; i <= 70000; ++i) {
    const double x = i * 0.01003;
    worst_exp = std::max(worst_exp, ErrorInUlps(Exp(x), std::exp(x)));
    const double y = std::exp(x);
    if (std::log(y) != 0) worst_log = std::max(worst_log, ErrorInUlps(Log(y), std::log(y)));
  }
  for (int i = -1000; i <= 1000; ++i) {
    if (i != 0) worst_log = std::max(worst_log, ErrorInUlps(Log(1 + i * 1e-6), std::log(1 + i * 1e-6)));
  }
  EXPECT_LE(worst_exp, 1.5);
  EXPECT_LE(worst_log, 1.5);
}

TEST(ExpLog, KnowTheirEdges) {
  EXPECT_EQ(Exp(0), 1);
  EXPECT_EQ(Exp(-kInfinity), 0);
  EXPECT_EQ(Exp(-708.5), 0);
  EXPECT_EQ(Exp(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(Exp(NAN)));
  EXPECT_EQ(Log(1), 0);
  EXPECT_EQ(Log(0), -kInfinity);
  EXPECT_EQ(Log(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(Log(-1)));
  EXPECT_EQ(Sigmoid(0), 0.5);
  EXPECT_EQ(Sigmoid(1000), 1);
  EXPECT_EQ(Sigmoid(-1000), 0);
}

}  // namespace
}  // namespace ebb
