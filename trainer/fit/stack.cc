#include "trainer/fit/stack.h"

#include <algorithm>
#include <cmath>

#include "model/arithmetic/exp_log.h"
#include "trainer/fit/moments.h"

namespace ebb::trainer {
namespace {

constexpr double kPenalty = 1;  // of half the sum of the squared weights of standardised scores
constexpr int kMostWeightSteps = 100;
constexpr int kMostSweeps = 1000;
constexpr double kWeightTolerance = 1e-12;  // of the objective, relative

// Of a member's scores; one that always says the same is divided by 1.
Moments ScaleOf(std::span<const double> scores) {
  Moments moments = MomentsOf(scores);
  if (moments.deviation == 0) moments.deviation = 1;
  return moments;
}

// Coordinates are the members' weights and, last, the intercept, which is free in sign and of penalty.
class Problem {
 public:
  Problem(std::span<const std::vector<double>> scores, std::span<const Moments> moments,
          std::span<const uint8_t> labels)
      : members_(scores.size()), labels_(labels), rows_(labels.size() * size()), margins_(labels.size()) {
    for (size_t r = 0; r < labels.size(); ++r) {
      for (size_t m = 0; m < members_; ++m) {
        rows_[r * size() + m] = (scores[m][r] - moments[m].mean) / moments[m].deviation;
      }
      rows_[r * size() + members_] = 1;
    }
  }

  size_t size() const { return members_ + 1; }
  bool IsBounded(size_t coordinate) const { return coordinate < members_; }

  double Objective(const std::vector<double>& point) {
    double sum = 0;
    for (size_t m = 0; m < members_; ++m) sum += kPenalty / 2 * point[m] * point[m];
    for (size_t r = 0; r < labels_.size(); ++r) {
      margins_[r] = 0;
      for (size_t a = 0; a < size(); ++a) margins_[r] += rows_[r * size() + a] * point[a];
      const double wrong = labels_[r] != 0 ? -margins_[r] : margins_[r];
      sum += std::max(wrong, 0.0) + Log(1 + Exp(-std::abs(wrong)));
    }
    return sum;
  }

  // At the point of the last Objective. `hessian` is symmetric, row by row.
  void Model(const std::vector<double>& point, std::vector<double>& gradient, std::vector<double>& hessian) const {
    const size_t n = size();
    gradient.assign(n, 0);
    hessian.assign(n * n, 0);
    for (size_t r = 0; r < labels_.size(); ++r) {
      const double probability = Sigmoid(margins_[r]);
      const double slope = probability - labels_[r], curvature = probability * (1 - probability);
      const double* row = rows_.data() + r * n;
      for (size_t a = 0; a < n; ++a) {
        gradient[a] += slope * row[a];
        for (size_t b = 0; b < n; ++b) hessian[a * n + b] += curvature * row[a] * row[b];
      }
    }
    for (size_t m = 0; m < members_; ++m) {
      gradient[m] += kPenalty * point[m];
      hessian[m * n + m] += kPenalty;
    }
  }

 private:
  const size_t members_;
  const std::span<const uint8_t> labels_;
  std::vector<double> rows_;
  std::vector<double> margins_;
};

// Where the quadratic model is least within the bounds, seen from the point.
std::vector<double> BestStep(const Problem& problem, const std::vector<double>& point,
                             const std::vector<double>& gradient, const std::vector<double>& hessian) {
  const size_t n = problem.size();
  std::vector<double> step(n), slope = gradient;  // of the model at point + step
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    double greatest = 0;
    for (size_t a = 0; a < n; ++a) {
      const double curvature = hessian[a * n + a];
      if (!(curvature > 0)) continue;
      double change = -slope[a] / curvature;
      if (problem.IsBounded(a)) change = std::max(change, -(point[a] + step[a]));
      if (change == 0) continue;
      step[a] += change;
      for (size_t b = 0; b < n; ++b) slope[b] += change * hessian[b * n + a];
      greatest = std::max(greatest, std::abs(change));
    }
    if (greatest < 1e-14) break;
  }
  return step;
}

std::vector<double> Minimise(Problem& problem) {
  std::vector<double> point(problem.size()), gradient, hessian;
  double objective = problem.Objective(point);
  for (int i = 0; i < kMostWeightSteps; ++i) {
    problem.Model(point, gradient, hessian);
    const std::vector<double> step = BestStep(problem, point, gradient, hessian);
    double before = objective;
    for (double share = 1; share > 1e-6; share /= 2) {
      std::vector<double> next = point;
      for (size_t a = 0; a < next.size(); ++a) {
        next[a] += share * step[a];
        if (problem.IsBounded(a)) next[a] = std::max(next[a], 0.0);
      }
      const double there = problem.Objective(next);
      if (!(there < objective)) continue;
      point = next;
      objective = there;
      break;
    }
    if (before - objective <= kWeightTolerance * (1 + std::abs(before))) break;
  }
  return point;
}

}  // namespace

std::vector<double> Stack::Combine(std::span<const std::vector<double>> scores) const {
  std::vector<double> combined(scores.front().size(), intercept);
  for (size_t m = 0; m < scores.size(); ++m) {
    for (size_t row = 0; row < combined.size(); ++row) combined[row] += weights[m] * scores[m][row];
  }
  return combined;
}

Stack FitStack(std::span<const std::vector<double>> scores, std::span<const uint8_t> labels) {
  std::vector<Moments> moments;
  for (const std::vector<double>& member : scores) moments.push_back(ScaleOf(member));
  Problem problem(scores, moments, labels);
  const std::vector<double> point = Minimise(problem);
  Stack stack;
  stack.intercept = point.back();
  for (size_t m = 0; m < scores.size(); ++m) {
    stack.weights.push_back(point[m] / moments[m].deviation);
    stack.intercept -= stack.weights[m] * moments[m].mean;
  }
  const bool none = std::all_of(stack.weights.begin(), stack.weights.end(), [](double weight) { return weight == 0; });
  if (none) stack.weights[0] = 1;
  return stack;
}

}  // namespace ebb::trainer
