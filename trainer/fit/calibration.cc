#include "trainer/fit/calibration.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "model/arithmetic/exp_log.h"
#include "trainer/fit/moments.h"

namespace ebb::trainer {
namespace {

// Rows that share one level of the isotonic regression.
struct Block {
  double scores = 0;  // sum
  uint64_t positives = 0;
  uint64_t rows = 0;

  // Whether this level is not below that of the block after it: then the two must become one. In integers, so exact.
  bool ReachesUpTo(const Block& next) const { return positives * next.rows >= next.positives * rows; }
  double MeanScore() const { return scores / static_cast<double>(rows); }
};

// Pools adjacent violators, from the lowest score up. Equal scores are one block to begin with.
std::vector<Block> IsotonicBlocks(std::span<const double> scores, std::span<const uint8_t> labels) {
  std::vector<std::pair<double, uint8_t>> order(scores.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = {scores[i], labels[i]};
  std::sort(order.begin(), order.end());
  std::vector<Block> blocks;
  for (size_t begin = 0; begin < order.size();) {
    Block block;
    const double score = order[begin].first;
    for (; begin < order.size() && order[begin].first == score; ++begin) {
      block.scores += score;
      block.positives += order[begin].second;
      ++block.rows;
    }
    while (!blocks.empty() && blocks.back().ReachesUpTo(block)) {
      block.scores += blocks.back().scores;
      block.positives += blocks.back().positives;
      block.rows += blocks.back().rows;
      blocks.pop_back();
    }
    blocks.push_back(block);
  }
  return blocks;
}

constexpr int kMostSigmoidSteps = 100;
constexpr double kLeastStep = 1e-10;     // of a whole one, where backtracking gives up
constexpr double kSmallGradient = 1e-9;  // a row
constexpr double kRidge = 1e-12;         // on the Hessian's diagonal: it stays invertible
constexpr double kSufficient = 1e-4;     // of the decrease that the gradient promises

// A sigmoid over standardised scores, and Platt's target of each row.
class SigmoidProblem {
 public:
  SigmoidProblem(std::span<const double> scores, std::span<const uint8_t> labels, const Moments& moments) {
    const auto positives = static_cast<double>(std::count(labels.begin(), labels.end(), uint8_t{1}));
    const double negatives = static_cast<double>(labels.size()) - positives;
    for (size_t i = 0; i < scores.size(); ++i) {
      scores_.push_back((scores[i] - moments.mean) / moments.deviation);
      targets_.push_back(labels[i] != 0 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2));
    }
    start_.intercept = Log((positives + 1) / (negatives + 1));
  }

  // The share of positives, whatever the score.
  Calibration::Sigmoid start() const { return start_; }

  // Cross-entropy: the sum of log(1 + exp(z)) - target × z, without overflow.
  double Objective(const Calibration::Sigmoid& at) const {
    double sum = 0;
    for (size_t i = 0; i < scores_.size(); ++i) {
      const double z = at.slope * scores_[i] + at.intercept;
      sum += std::max(z, 0.0) - targets_[i] * z + Log(1 + Exp(-std::abs(z)));
    }
    return sum;
  }

  struct Slopes {
    double slope = 0, intercept = 0;                             // gradient
    double slope_slope = 0, cross = 0, intercept_intercept = 0;  // Hessian
  };
  Slopes SlopesAt(const Calibration::Sigmoid& at) const {
    Slopes sum{.slope_slope = kRidge, .intercept_intercept = kRidge};
    for (size_t i = 0; i < scores_.size(); ++i) {
      const double probability = Sigmoid(at.slope * scores_[i] + at.intercept);
      const double error = probability - targets_[i], curvature = probability * (1 - probability);
      sum.slope += error * scores_[i];
      sum.intercept += error;
      sum.slope_slope += curvature * scores_[i] * scores_[i];
      sum.cross += curvature * scores_[i];
      sum.intercept_intercept += curvature;
    }
    return sum;
  }

  double small_gradient() const { return kSmallGradient * static_cast<double>(scores_.size()); }

 private:
  std::vector<double> scores_;
  std::vector<double> targets_;
  Calibration::Sigmoid start_{.slope = 0};
};

Calibration::Sigmoid Minimise(const SigmoidProblem& problem) {
  Calibration::Sigmoid at = problem.start();
  double objective = problem.Objective(at);
  for (int i = 0; i < kMostSigmoidSteps; ++i) {
    const SigmoidProblem::Slopes g = problem.SlopesAt(at);
    if (std::max(std::abs(g.slope), std::abs(g.intercept)) < problem.small_gradient()) break;
    const double determinant = g.slope_slope * g.intercept_intercept - g.cross * g.cross;
    const double slope = -(g.intercept_intercept * g.slope - g.cross * g.intercept) / determinant;
    const double intercept = -(g.slope_slope * g.intercept - g.cross * g.slope) / determinant;
    const double promised = g.slope * slope + g.intercept * intercept;
    double share = 1;
    for (; share >= kLeastStep; share /= 2) {
      const Calibration::Sigmoid next{.slope = at.slope + share * slope, .intercept = at.intercept + share * intercept};
      const double there = problem.Objective(next);
      if (!(there < objective + kSufficient * share * promised)) continue;
      at = next;
      objective = there;
      break;
    }
    if (share < kLeastStep) break;
  }
  return at;
}

}  // namespace

const char* CalibrationMethodName(CalibrationMethod method) {
  return method == CalibrationMethod::kSigmoid ? "sigmoid" : "isotonic";
}

std::optional<Calibration> FitSigmoid(std::span<const double> scores, std::span<const uint8_t> labels) {
  const Moments moments = MomentsOf(scores);
  if (!(moments.deviation > 0)) return std::nullopt;
  const Calibration::Sigmoid standardised = Minimise(SigmoidProblem(scores, labels, moments));
  const double slope = standardised.slope / moments.deviation;
  const double intercept = standardised.intercept - slope * moments.mean;
  if (!(slope > 0) || !std::isfinite(slope) || !std::isfinite(intercept)) return std::nullopt;
  return Calibration{.knots = {}, .sigmoid = Calibration::Sigmoid{.slope = slope, .intercept = intercept}};
}

Calibration FitIsotonic(std::span<const double> scores, std::span<const uint8_t> labels) {
  Calibration calibration;
  const double margin = 0.5 / static_cast<double>(scores.size() + 1);
  for (const Block& block : IsotonicBlocks(scores, labels)) {
    const double share = static_cast<double>(block.positives) / static_cast<double>(block.rows);
    const Calibration::Knot knot{.score = block.MeanScore(), .probability = std::clamp(share, margin, 1 - margin)};
    // Means of neighbouring blocks can round to the same score only when the scores differ by their last digit.
    if (calibration.knots.empty() || knot.score > calibration.knots.back().score) calibration.knots.push_back(knot);
  }
  const double spread = MomentsOf(scores).deviation;
  calibration.tail_scale = spread > 0 ? spread : 1;
  return calibration;
}

}  // namespace ebb::trainer
