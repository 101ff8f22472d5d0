#include "trainer/fit/smo.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "trainer/fit/smo_lanes.h"

namespace ebb::trainer {
namespace {

constexpr double kKktTolerance = 1e-3;
constexpr double kLeastCurvature = 1e-12;
constexpr uint64_t kMostPairs = 2'000'000;
constexpr uint64_t kStepsBetweenQuestions = 4096;
constexpr uint64_t kStepsBetweenShrinks = 500;
constexpr double kWorthShrinkingTo = 0.75;  // of the rows; leaving out fewer saves less than it costs
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Solver {
 public:
  Solver(const KernelMatrix& kernel, std::span<const uint8_t> labels, std::span<const double> bounds)
      : lanes_(ChosenSmoLanes()), kernel_(kernel), labels_(labels), bounds_(bounds), alpha_(kernel.rows) {
    for (size_t r = 0; r < kernel.rows; ++r) active_.row.push_back(r);
    Gather();
    for (size_t a = 0; a < active_.row.size(); ++a) active_.value[a] = Label(a);  // the gradient starts at -1
  }

  SmoSolution Solve(const std::function<bool()>& cancelled) && {
    uint64_t steps = 0;
    SmoLanes::Extremes extremes = FindExtremes();
    while (steps < kMostPairs) {
      if (extremes.greatest_up - extremes.least_low < kKktTolerance || !TakeStep(extremes)) {
        if (active_.row.size() == kernel_.rows) break;
        extremes = TakeAllBack();
        continue;
      }
      if (++steps % kStepsBetweenQuestions == 0 && cancelled && cancelled()) break;
      if (steps % kStepsBetweenShrinks == 0) extremes = Shrink(extremes);
    }
    if (active_.row.size() < kernel_.rows) TakeAllBack();
    return Finish(steps);
  }

 private:
  // The rows that steps are chosen among, in their order, and what is known of each; behind them, up to `stride`,
  // padding that its masks keep out.
  struct Active {
    std::vector<size_t> row;
    size_t stride = 0;
    std::vector<double> value, upper, lower;  // see smo_lanes.h
    std::vector<double> diagonal;
    std::vector<std::vector<float>>
        kernel;  // with each other, a line made when it is first asked for; of all rows: none
  };

  // By place among the active.
  double Label(size_t a) const { return labels_[active_.row[a]] != 0 ? 1 : -1; }
  double& Alpha(size_t a) { return alpha_[active_.row[a]]; }
  double Bound(size_t a) const { return bounds_[active_.row[a]]; }
  bool AtUpperBound(size_t a) const { return alpha_[active_.row[a]] >= Bound(a); }
  bool AtLowerBound(size_t a) const { return alpha_[active_.row[a]] <= 0; }

  void SetMasks(size_t a) {
    const bool positive = Label(a) > 0;
    active_.upper[a] = (positive ? AtUpperBound(a) : AtLowerBound(a)) ? -kInfinity : 0;
    active_.lower[a] = (positive ? AtLowerBound(a) : AtUpperBound(a)) ? kInfinity : 0;
  }

  // All of the active's numbers by their rows; the values are left to the caller.
  void Gather() {
    const size_t count = active_.row.size();
    active_.stride = (count + kSmoLanesMultiple - 1) / kSmoLanesMultiple * kSmoLanesMultiple;
    active_.value.assign(active_.stride, 0);
    active_.upper.assign(active_.stride, -kInfinity);
    active_.lower.assign(active_.stride, kInfinity);
    active_.diagonal.assign(active_.stride, 0);
    for (size_t a = 0; a < count; ++a) {
      active_.diagonal[a] = kernel_.diagonal[active_.row[a]];
      SetMasks(a);
    }
    active_.kernel.assign(count == kernel_.rows ? 0 : count, {});
  }

  const float* KernelRow(size_t a) {
    const float* const all = kernel_.Row(active_.row[a]);
    if (active_.kernel.empty()) return all;
    std::vector<float>& line = active_.kernel[a];
    if (line.empty()) {
      line.resize(active_.stride);
      for (size_t b = 0; b < active_.row.size(); ++b) line[b] = all[active_.row[b]];
    }
    return line.data();
  }

  // An update that changes nothing.
  SmoLanes::Extremes FindExtremes() {
    return lanes_.update(active_.value.data(), KernelRow(0), KernelRow(0), 0, 0, active_.upper.data(),
                         active_.lower.data(), active_.stride);
  }

  // False: there is no pair to step with.
  bool TakeStep(SmoLanes::Extremes& extremes) {
    const size_t i = extremes.at;
    const float* kernel_i = KernelRow(i);
    const int64_t partner =
        lanes_.partner(active_.value.data(), active_.lower.data(), kernel_i, active_.diagonal.data(),
                       active_.diagonal[i], extremes.greatest_up, active_.stride);
    if (partner < 0) return false;
    const auto j = static_cast<size_t>(partner);
    const double before_i = Alpha(i), before_j = Alpha(j);
    MovePair(i, j, kernel_i[j]);
    SetMasks(i);
    SetMasks(j);
    extremes =
        lanes_.update(active_.value.data(), kernel_i, KernelRow(j), Label(i) * (Alpha(i) - before_i),
                      Label(j) * (Alpha(j) - before_j), active_.upper.data(), active_.lower.data(), active_.stride);
    return true;
  }

  // The best alphas of two rows while label · alpha keeps its sum, cut to [0, bound].
  void MovePair(size_t i, size_t j, double kernel_ij) {
    double curvature = (active_.diagonal[i] + active_.diagonal[j]) - 2.0 * kernel_ij;
    if (curvature <= 0) curvature = kLeastCurvature;
    double &a = Alpha(i), &b = Alpha(j);
    const double bound_a = Bound(i), bound_b = Bound(j);
    if (Label(i) != Label(j)) {
      const double delta = Label(i) * (active_.value[i] - active_.value[j]) / curvature;
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
    const double delta = Label(i) * (active_.value[j] - active_.value[i]) / curvature;
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

  // Leaves out the rows at a bound that violate nothing together with any other, as LIBSVM does: they are likely to
  // stay there. Afterwards a step costs only what is left.
  SmoLanes::Extremes Shrink(const SmoLanes::Extremes& extremes) {
    std::vector<size_t> rows;
    std::vector<double> values;
    for (size_t a = 0; a < active_.row.size(); ++a) {
      const double value = active_.value[a];
      const bool may_rise = active_.upper[a] == 0, may_fall = active_.lower[a] == 0;
      if ((!may_rise && value > extremes.greatest_up) || (!may_fall && value < extremes.least_low)) continue;
      rows.push_back(active_.row[a]);
      values.push_back(value);
    }
    if (static_cast<double>(rows.size()) > kWorthShrinkingTo * static_cast<double>(active_.row.size())) return extremes;
    active_.row = std::move(rows);
    Gather();
    std::ranges::copy(values, active_.value.begin());
    return FindExtremes();
  }

  // The values of the rows that were left out are made anew from all alphas; the others keep theirs, so that the steps
  // go on as if nothing had been left out.
  SmoLanes::Extremes TakeAllBack() {
    std::vector<double> known(kernel_.rows, kInfinity);
    for (size_t a = 0; a < active_.row.size(); ++a) known[active_.row[a]] = active_.value[a];
    active_.row.resize(kernel_.rows);
    std::iota(active_.row.begin(), active_.row.end(), size_t{0});
    Gather();
    for (size_t r = 0; r < kernel_.rows; ++r) active_.value[r] = Label(r);
    std::vector<size_t> vectors;
    for (size_t r = 0; r < kernel_.rows; ++r) {
      if (alpha_[r] != 0) vectors.push_back(r);
    }
    if (vectors.size() % 2 != 0) vectors.push_back(vectors.back());
    for (size_t v = 0; v < vectors.size(); v += 2) {
      const size_t i = vectors[v], j = vectors[v + 1];
      lanes_.update(active_.value.data(), kernel_.Row(i), kernel_.Row(j), Label(i) * alpha_[i],
                    i == j ? 0 : Label(j) * alpha_[j], active_.upper.data(), active_.lower.data(), active_.stride);
    }
    for (size_t r = 0; r < kernel_.rows; ++r) {
      if (known[r] != kInfinity) active_.value[r] = known[r];
    }
    return FindExtremes();
  }

  // Rho is the mean of -value over the rows strictly between their bounds, or the middle of what the bounds allow.
  SmoSolution Finish(uint64_t steps) {
    double above = kInfinity, below = -kInfinity, sum = 0;
    uint64_t free = 0;
    SmoSolution solution{.coefficients = std::vector<double>(kernel_.rows), .rho = 0, .steps = steps};
    for (size_t r = 0; r < kernel_.rows; ++r) {
      solution.coefficients[r] = Label(r) * alpha_[r];
      const double gradient = -active_.value[r];
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

  const SmoLanes& lanes_;
  const KernelMatrix& kernel_;
  const std::span<const uint8_t> labels_;
  const std::span<const double> bounds_;
  std::vector<double> alpha_;  // by row
  Active active_;
};

}  // namespace

SmoSolution SolveSmo(const KernelMatrix& kernel, std::span<const uint8_t> labels, std::span<const double> bounds,
                     const std::function<bool()>& cancelled) {
  return Solver(kernel, labels, bounds).Solve(cancelled);
}

}  // namespace ebb::trainer
