#include "trainer/fit/logistic_regression.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "trainer/fit/logistic_loss.h"

namespace ebb::trainer {
namespace {

constexpr int kMostNewtonSteps = 100;
constexpr int kMostSweeps = 1000;
constexpr double kLossTolerance = 1e-10;  // of the objective, relative

// Solves matrix × x = right by Cholesky's method. A direction without curvature (a constant column beside the
// intercept) gets 0.
std::vector<double> Solve(std::vector<double> matrix, std::vector<double> right) {
  const size_t n = right.size();
  for (size_t j = 0; j < n; ++j) {
    const double before = matrix[j * n + j];
    double pivot = before;
    for (size_t k = 0; k < j; ++k) pivot -= matrix[j * n + k] * matrix[j * n + k];
    const bool flat = !(pivot > 1e-13 * before);
    const double root = flat ? 1 : std::sqrt(pivot);
    matrix[j * n + j] = root;
    if (flat) right[j] = 0;
    for (size_t i = j + 1; i < n; ++i) {
      double sum = matrix[i * n + j];
      for (size_t k = 0; k < j; ++k) sum -= matrix[i * n + k] * matrix[j * n + k];
      matrix[i * n + j] = flat ? 0 : sum / root;
    }
    if (flat) std::fill_n(matrix.begin() + j * n, j, 0.0);
  }
  for (size_t i = 0; i < n; ++i) {
    for (size_t k = 0; k < i; ++k) right[i] -= matrix[i * n + k] * right[k];
    right[i] /= matrix[i * n + i];
  }
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; ++k) right[i] -= matrix[k * n + i] * right[k];
    right[i] /= matrix[i * n + i];
  }
  return right;
}

std::vector<double> L2Step(const std::vector<double>& point, double strength, std::vector<double> gradient,
                           std::vector<double> hessian) {
  const size_t n = point.size();
  for (size_t j = 0; j + 1 < n; ++j) {
    gradient[j] += strength * point[j];
    hessian[j * n + j] += strength;
  }
  for (double& g : gradient) g = -g;
  return Solve(std::move(hessian), std::move(gradient));
}

double ShrunkTowardsZero(double value, double by) {
  if (value > by) return value - by;
  if (value < -by) return value + by;
  return 0;
}

// Minimises gradient · step + ½ step · hessian · step + strength × |point + step|₁ one coordinate after the other.
std::vector<double> L1Step(const std::vector<double>& point, double strength, const std::vector<double>& gradient,
                           const std::vector<double>& hessian) {
  const size_t n = point.size();
  std::vector<double> step(n), slope = gradient;  // slope: gradient + hessian × step
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    double gained = 0;
    for (size_t j = 0; j < n; ++j) {
      const double curvature = hessian[j * n + j];
      if (!(curvature > 0)) continue;
      const double here = point[j] + step[j];
      const double best = here - slope[j] / curvature;
      const double move = (j + 1 < n ? ShrunkTowardsZero(best, strength / curvature) : best) - here;
      if (move == 0) continue;
      step[j] += move;
      const double* line = hessian.data() + j * n;
      for (size_t k = 0; k < n; ++k) slope[k] += move * line[k];
      gained = std::max(gained, curvature * move * move);
    }
    if (gained < 1e-14) break;
  }
  return step;
}

double PenaltyOf(const std::vector<double>& point, Penalty penalty, double strength) {
  double sum = 0;
  for (size_t j = 0; j + 1 < point.size(); ++j)
    sum += penalty == Penalty::kL1 ? std::abs(point[j]) : point[j] * point[j] / 2;
  return strength * sum;
}

}  // namespace

LogisticRegression FitLogisticRegression(const RowMatrix& rows, std::span<const uint8_t> labels,
                                         std::span<const double> row_weights, Penalty penalty, double c,
                                         const LogisticRegression* start) {
  LogisticLoss loss(rows, labels, row_weights);
  const double strength = 1 / c;
  std::vector<double> point(loss.size());
  if (start != nullptr) {
    std::copy(start->weights.begin(), start->weights.end(), point.begin());
    point.back() = start->intercept;
  }
  double objective = loss.At(point) + PenaltyOf(point, penalty, strength);
  std::vector<double> gradient, hessian, candidate(point.size());
  for (int iteration = 0; iteration < kMostNewtonSteps; ++iteration) {
    loss.Model(gradient, hessian);
    const std::vector<double> step = penalty == Penalty::kL1 ? L1Step(point, strength, gradient, hessian)
                                                             : L2Step(point, strength, gradient, hessian);
    // Halve the step until the objective falls; near the optimum the whole step does, until nothing is left to gain.
    double next = objective;
    bool fell = false;
    for (double share = 1; share > 1e-6 && !fell; share /= 2) {
      for (size_t j = 0; j < point.size(); ++j) candidate[j] = point[j] + share * step[j];
      next = loss.At(candidate) + PenaltyOf(candidate, penalty, strength);
      fell = next < objective;
    }
    if (!fell) break;
    const double gain = objective - next;
    point = candidate;
    objective = next;
    if (gain <= kLossTolerance * objective) break;
  }
  LogisticRegression fitted;
  fitted.intercept = point.back();
  point.pop_back();
  fitted.weights = std::move(point);
  return fitted;
}

}  // namespace ebb::trainer
