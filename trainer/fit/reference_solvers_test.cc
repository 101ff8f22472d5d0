// Our solvers beside the field's: LIBSVM and LIBLINEAR on the same data and parameters.

#include <gtest/gtest.h>
#include <linear.h>
#include <svm.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "trainer/fit/class_weights.h"
#include "trainer/fit/logistic_regression.h"
#include "trainer/fit/smo_lanes.h"
#include "trainer/fit/support_vector.h"

namespace ebb::trainer {
namespace {

struct Sample {
  RowMatrix rows;
  std::vector<uint8_t> labels;
};

// Two noisy clouds that overlap; the first row is positive, which is the class that LIBSVM and LIBLINEAR then call the
// first.
Sample Clouds(size_t count, size_t columns) {
  std::mt19937_64 random(11);
  const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  Sample sample{RowMatrix(count, columns), std::vector<uint8_t>(count)};
  for (size_t r = 0; r < count; ++r) {
    sample.labels[r] = r == 0 || uniform() < 0.4;
    for (double& value : sample.rows.Row(r)) value = uniform() + uniform() - 1 + (sample.labels[r] != 0 ? 0.25 : 0);
  }
  return sample;
}

void Quiet(const char*) {}

std::vector<double> LibsvmDecisions(const Sample& sample, const Kernel& kernel, double c) {
  const size_t n = sample.rows.rows(), d = sample.rows.columns();
  std::vector<svm_node> nodes(n * (d + 1));
  std::vector<svm_node*> rows(n);
  std::vector<double> labels(n);
  for (size_t r = 0; r < n; ++r) {
    rows[r] = nodes.data() + r * (d + 1);
    for (size_t k = 0; k < d; ++k) rows[r][k] = {static_cast<int>(k + 1), sample.rows.At(r, k)};
    rows[r][d] = {-1, 0};
    labels[r] = sample.labels[r] != 0 ? 1 : -1;
  }
  svm_problem problem{.l = static_cast<int>(n), .y = labels.data(), .x = rows.data()};
  svm_parameter parameter{};
  parameter.svm_type = C_SVC;
  parameter.kernel_type = kernel.kind == KernelKind::kRbf ? RBF : kernel.kind == KernelKind::kLinear ? LINEAR : POLY;
  parameter.gamma = kernel.gamma;
  parameter.degree = kernel.degree;
  parameter.cache_size = 100;
  parameter.eps = 1e-3;
  parameter.C = c;
  svm_set_print_string_function(Quiet);
  svm_model* model = svm_train(&problem, &parameter);
  std::vector<double> decisions(n);
  for (size_t r = 0; r < n; ++r) svm_predict_values(model, rows[r], &decisions[r]);
  svm_free_and_destroy_model(&model);
  return decisions;
}

TEST(SupportVector, AgreesWithLibsvmToTheNinthDigit) {
  const Sample sample = Clouds(300, 6);
  const SupportVectorSetting kSettings[] = {
      {.kernel = KernelKind::kRbf, .c = 1, .gamma = 0.3},
      {.kernel = KernelKind::kRbf, .c = 10, .gamma = 1.0},
      {.kernel = KernelKind::kLinear, .c = 0.1, .gamma = {}},
      {.kernel = KernelKind::kPolynomial, .c = 1, .gamma = 0.5, .degree = 2},
      {.kernel = KernelKind::kPolynomial, .c = 1, .gamma = 0.5, .degree = 3},
  };
  for (const SupportVectorSetting& setting : kSettings) {
    const SupportVectorClassifier fitted = FitSupportVector(sample.rows, sample.labels, setting);
    const std::vector<double> want = LibsvmDecisions(sample, fitted.kernel, setting.c);
    std::vector<double> got(want.size());
    fitted.Score(sample.rows, got);
    for (size_t r = 0; r < want.size(); ++r) {
      ASSERT_NEAR(got[r], want[r], 1e-9) << ParametersText(setting) << ", row " << r;
    }
  }
}

TEST(SupportVector, ScalesGammaByTheVariance) {
  RowMatrix rows(2, 2);
  rows.Row(0)[0] = rows.Row(0)[1] = 2;  // values 2, 2, 0, 0: variance 1
  EXPECT_EQ(KernelOf({.kernel = KernelKind::kPolynomial, .gamma = {}}, rows).gamma, 0.5);
}

// Most rows are left out on the way and come back at the end; the solution is held to the conditions of its optimum,
// made anew from its coefficients.
TEST(SupportVector, LeavesNothingToGainWhereStepsAreMany) {
  const Sample sample = Clouds(601, 6);
  const size_t n = sample.rows.rows();
  for (const double c : {1.0, 100.0}) {
    const Kernel kernel = KernelOf({.kernel = KernelKind::kLinear, .c = c, .gamma = {}}, sample.rows);
    KernelMatrix matrix;
    PairTable(sample.rows, ColumnMatrix(sample.rows), kernel.kind).ApplyForTraining(kernel, &matrix);
    const SmoSolution solution = SolveSmo(matrix, sample.labels, std::vector<double>(n, c), {});
    EXPECT_GT(solution.steps, 1'000u) << "too few for any row to be left out";
    double sum = 0, greatest_up = -INFINITY, least_low = INFINITY;
    for (size_t r = 0; r < n; ++r) {
      const double coefficient = solution.coefficients[r], label = sample.labels[r] != 0 ? 1 : -1;
      ASSERT_GE(label * coefficient, 0) << r;
      ASSERT_LE(label * coefficient, c) << r;
      sum += coefficient;
      double value = label;
      for (size_t other = 0; other < n; ++other) value -= solution.coefficients[other] * matrix.Row(r)[other];
      if (coefficient < (label > 0 ? c : 0)) greatest_up = std::max(greatest_up, value);
      if (coefficient > (label > 0 ? 0 : -c)) least_low = std::min(least_low, value);
    }
    EXPECT_NEAR(sum, 0, 1e-9 * c);
    EXPECT_LT(greatest_up - least_low, 1e-3 + 1e-8) << c;
  }
}

TEST(PairTable, GivesTheRowsTheirKernelsWithEachOtherWhateverItsMemoryHeld) {
  const Sample sample = Clouds(61, 6);
  KernelMatrix matrix;
  for (const SupportVectorSetting& setting :
       {SupportVectorSetting{.kernel = KernelKind::kPolynomial, .gamma = 0.5, .degree = 3},
        SupportVectorSetting{.kernel = KernelKind::kRbf, .gamma = 20.0}}) {
    const Kernel kernel = KernelOf(setting, sample.rows);
    const PairTable pairs(sample.rows, ColumnMatrix(sample.rows), kernel.kind);
    pairs.ApplyForTraining(kernel, &matrix);
    RowMatrix want;
    pairs.Apply(kernel, &want);
    for (size_t r = 0; r < 61; ++r) {
      EXPECT_EQ(matrix.diagonal[r], want.At(r, r));
      for (size_t c = 0; c < 61; ++c) {
        const auto exact = static_cast<float>(want.At(r, c));
        ASSERT_EQ(matrix.Row(r)[c], std::abs(exact) < std::numeric_limits<float>::min() ? 0 : exact) << r << " " << c;
      }
      for (size_t c = 61; c < matrix.stride; ++c) EXPECT_EQ(matrix.Row(r)[c], 0);
    }
  }
}

TEST(SmoLanes, EveryBodyGivesTheSameBits) {
  size_t bodies = 0;
  const SmoLanes* const* lanes = RunnableSmoLanes(&bodies);
  std::mt19937_64 random(3);
  const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  const size_t count = 17 * kSmoLanesMultiple;
  std::vector<double> value(count), upper(count), lower(count), diagonal(count, 1.0);
  std::vector<float> a(count), b(count);
  for (size_t i = 0; i < count; ++i) {
    value[i] = std::floor(uniform() * 8) / 4;  // many ties
    upper[i] = uniform() < 0.3 ? -INFINITY : 0;
    lower[i] = uniform() < 0.3 ? INFINITY : 0;
    a[i] = static_cast<float>(uniform() < 0.5 ? 0.25 : uniform());
    b[i] = static_cast<float>(uniform() < 0.5 ? 0.25 : uniform());
  }
  std::vector<std::vector<double>> results;
  for (size_t body = 0; body < bodies; ++body) {
    std::vector<double> moved = value;
    const auto extremes =
        lanes[body]->update(moved.data(), a.data(), b.data(), 0.5, 0, upper.data(), lower.data(), count);
    const int64_t partner =
        lanes[body]->partner(moved.data(), lower.data(), a.data(), diagonal.data(), 1.0, extremes.greatest_up, count);
    moved.insert(moved.end(), {extremes.greatest_up, static_cast<double>(extremes.at), extremes.least_low,
                               static_cast<double>(partner)});
    results.push_back(moved);
  }
  for (const auto& result : results) {
    EXPECT_EQ(std::memcmp(result.data(), results[0].data(), result.size() * sizeof(double)), 0);
  }
}

// LIBLINEAR has no free intercept: a large constant column makes its penalty vanish.
LogisticRegression LiblinearFit(const Sample& sample, double c) {
  const size_t n = sample.rows.rows(), d = sample.rows.columns();
  constexpr double kConstant = 1000;
  std::vector<feature_node> nodes(n * (d + 2));
  std::vector<feature_node*> rows(n);
  std::vector<double> labels(n);
  for (size_t r = 0; r < n; ++r) {
    rows[r] = nodes.data() + r * (d + 2);
    for (size_t k = 0; k < d; ++k) rows[r][k] = {static_cast<int>(k + 1), sample.rows.At(r, k)};
    rows[r][d] = {static_cast<int>(d + 1), kConstant};
    rows[r][d + 1] = {-1, 0};
    labels[r] = sample.labels[r] != 0 ? 1 : -1;
  }
  problem problem{};
  problem.l = static_cast<int>(n);
  problem.n = static_cast<int>(d + 1);
  problem.y = labels.data();
  problem.x = rows.data();
  problem.bias = -1;
  parameter parameter{};
  parameter.solver_type = L2R_LR;
  parameter.eps = 1e-12;
  parameter.C = c;
  set_print_string_function(Quiet);
  model* fitted = train(&problem, &parameter);
  LogisticRegression result{.weights = {fitted->w, fitted->w + d}, .intercept = fitted->w[d] * kConstant};
  free_and_destroy_model(&fitted);
  return result;
}

TEST(LogisticRegression, AgreesWithLiblinearOnL2) {
  const Sample sample = Clouds(300, 6);
  const std::vector<double> weights = RowWeights(sample.labels, ClassWeight::kNone);
  for (const double c : {0.01, 1.0, 100.0}) {
    const LogisticRegression got = FitLogisticRegression(sample.rows, sample.labels, weights, Penalty::kL2, c, nullptr);
    const LogisticRegression want = LiblinearFit(sample, c);
    for (size_t k = 0; k < want.weights.size(); ++k) EXPECT_NEAR(got.weights[k], want.weights[k], 1e-4) << c;
    EXPECT_NEAR(got.intercept, want.intercept, 1e-4) << c;
  }
}

// No solver of the field takes an L1 penalty with a free intercept and no random numbers, so the optimum is held to its
// own conditions.
TEST(LogisticRegression, MeetsTheOptimalityConditionsOfL1) {
  const Sample sample = Clouds(300, 6);
  for (const ClassWeight class_weight : {ClassWeight::kNone, ClassWeight::kBalanced}) {
    for (const double c : {0.02, 0.1, 1.0, 100.0}) {
      const std::vector<double> weights = RowWeights(sample.labels, class_weight);
      const LogisticRegression fitted =
          FitLogisticRegression(sample.rows, sample.labels, weights, Penalty::kL1, c, nullptr);
      std::vector<double> scores(sample.labels.size()), gradient(7);
      fitted.Score(sample.rows, scores);
      for (size_t r = 0; r < scores.size(); ++r) {
        const double slope = weights[r] * (1 / (1 + std::exp(-scores[r])) - sample.labels[r]);
        for (size_t k = 0; k < 6; ++k) gradient[k] += slope * sample.rows.At(r, k);
        gradient[6] += slope;
      }
      for (size_t k = 0; k < 6; ++k) {
        const double w = fitted.weights[k];
        if (w == 0) {
          EXPECT_LE(std::abs(gradient[k]), 1 / c + 1e-3) << c;
        } else {
          EXPECT_NEAR(gradient[k], w > 0 ? -1 / c : 1 / c, 1e-3) << c;
        }
      }
      EXPECT_NEAR(gradient[6], 0, 1e-3) << c;
    }
  }
}

TEST(LogisticRegression, EndsAtTheSamePlaceFromAnotherStart) {
  const Sample sample = Clouds(300, 6);
  const std::vector<double> weights = RowWeights(sample.labels, ClassWeight::kNone);
  for (const Penalty penalty : {Penalty::kL1, Penalty::kL2}) {
    const auto fit = [&](double c, const LogisticRegression* start) {
      return FitLogisticRegression(sample.rows, sample.labels, weights, penalty, c, start);
    };
    const LogisticRegression near = fit(0.3, nullptr);
    const LogisticRegression warm = fit(1, &near), cold = fit(1, nullptr);
    for (size_t k = 0; k < 6; ++k) EXPECT_NEAR(warm.weights[k], cold.weights[k], 1e-4);
  }
}

}  // namespace
}  // namespace ebb::trainer
