#include "trainer/fit/smo.h"

#include <algorithm>
#include <limits>

#include "trainer/fit/smo_lanes.h"

namespace ebb::trainer {
namespace {

constexpr double kKktTolerance = 1e-3;
constexpr double kLeastCurvature = 1e-12;
constexpr uint64_t kMostPairs = 2'000'000;
constexpr uint64_t kStepsBetweenQuestions = 4096;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Solver {
 public:
  Solver(const KernelMatrix& kernel, std::span<const uint8_t> labels, std::span<const double> bounds)
      : kernel_(kernel),
        labels_(labels),
        bounds_(bounds),
        alpha_(kernel.rows),
        value_(kernel.stride),
        upper_(kernel.stride, -kInfinity),
        lower_(kernel.stride, kInfinity) {
    for (size_t r = 0; r < kernel.rows; ++r) {
      value_[r] = Label(r);  // the gradient starts at -1
      SetMasks(r);
    }
  }

  SmoSolution Solve(const std::function<bool()>& cancelled) && {
    const SmoLanes& lanes = ChosenSmoLanes();
    uint64_t steps = 0;
    // The first update changes nothing and finds the extremes.
    SmoLanes::Extremes extremes =
        lanes.update(value_.data(), kernel_.Row(0), kernel_.Row(0), 0, 0, upper_.data(), lower_.data(), kernel_.stride);
    while (extremes.greatest_up - extremes.least_low >= kKktTolerance && steps < kMostPairs) {
      if (++steps % kStepsBetweenQuestions == 0 && cancelled && cancelled()) break;
      const size_t i = extremes.at;
      const int64_t partner = lanes.partner(value_.data(), lower_.data(), kernel_.Row(i), kernel_.diagonal.data(),
                                            kernel_.diagonal[i], extremes.greatest_up, kernel_.stride);
      if (partner < 0) break;
      const auto j = static_cast<size_t>(partner);
      const double before_i = alpha_[i], before_j = alpha_[j];
      Step(i, j);
      SetMasks(i);
      SetMasks(j);
      extremes = lanes.update(value_.data(), kernel_.Row(i), kernel_.Row(j), Label(i) * (alpha_[i] - before_i),
                              Label(j) * (alpha_[j] - before_j), upper_.data(), lower_.data(), kernel_.stride);
    }
    return Finish(steps);
  }

 private:
  double Label(size_t row) const { return labels_[row] != 0 ? 1 : -1; }
  bool AtUpperBound(size_t row) const { return alpha_[row] >= bounds_[row]; }
  bool AtLowerBound(size_t row) const { return alpha_[row] <= 0; }

  void SetMasks(size_t row) {
    const bool positive = labels_[row] != 0;
    upper_[row] = (positive ? AtUpperBound(row) : AtLowerBound(row)) ? -kInfinity : 0;
    lower_[row] = (positive ? AtLowerBound(row) : AtUpperBound(row)) ? kInfinity : 0;
  }

  // The best alphas of two rows while label · alpha keeps its sum, cut to [0, bound].
  void Step(size_t i, size_t j) {
    double curvature = (kernel_.diagonal[i] + kernel_.diagonal[j]) - 2.0 * kernel_.Row(i)[j];
    if (curvature <= 0) curvature = kLeastCurvature;
    double &a = alpha_[i], &b = alpha_[j];
    const double bound_a = bounds_[i], bound_b = bounds_[j];
    if (labels_[i] != labels_[j]) {
      const double delta = Label(i) * (value_[i] - value_[j]) / curvature;
      const double difference = a - b;
      a += delta;
      b += delta;
      if (difference > 0 ? b < 0 : a < 0) {
        a = difference > 0 ? difference : 0;
        b = difference > 0 ? 0 : -difference;
      }
      if (difference > bound_a - bound_b) {
        if (a > bound_a) {
          a = bound_a;
          b = bound_a - difference;
        }
      } else if (b > bound_b) {
        b = bound_b;
        a = bound_b + difference;
      }
      return;
    }
    const double delta = Label(i) * (value_[j] - value_[i]) / curvature;
    const double sum = a + b;
    a -= delta;
    b += delta;
    if (sum > bound_a ? a > bound_a : b < 0) {
      a = sum > bound_a ? bound_a : sum;
      b = sum > bound_a ? sum - bound_a : 0;
    }
    if (sum > bound_b ? b > bound_b : a < 0) {
      b = sum > bound_b ? bound_b : sum;
      a = sum > bound_b ? sum - bound_b : 0;
    }
  }

  // Rho is the mean of -value over the rows strictly between their bounds, or the middle of what the bounds allow.
  SmoSolution Finish(uint64_t steps) {
    double above = kInfinity, below = -kInfinity, sum = 0;
    uint64_t free = 0;
    SmoSolution solution{.coefficients = std::vector<double>(kernel_.rows), .rho = 0, .steps = steps};
    for (size_t r = 0; r < kernel_.rows; ++r) {
      solution.coefficients[r] = Label(r) * alpha_[r];
      const double gradient = -value_[r];
      if (AtUpperBound(r) || AtLowerBound(r)) {
        if (AtUpperBound(r) == (labels_[r] != 0)) {
          below = std::max(below, gradient);
        } else {
          above = std::min(above, gradient);
        }
      } else {
        ++free;
        sum += gradient;
      }
    }
    solution.rho = free > 0 ? sum / static_cast<double>(free) : (above + below) / 2;
    return solution;
  }

  const KernelMatrix& kernel_;
  const std::span<const uint8_t> labels_;
  const std::span<const double> bounds_;
  std::vector<double> alpha_;
  std::vector<double> value_, upper_, lower_;  // see smo_lanes.h
};

}  // namespace

SmoSolution SolveSmo(const KernelMatrix& kernel, std::span<const uint8_t> labels, std::span<const double> bounds,
                     const std::function<bool()>& cancelled) {
  return Solver(kernel, labels, bounds).Solve(cancelled);
}

}  // namespace ebb::trainer
