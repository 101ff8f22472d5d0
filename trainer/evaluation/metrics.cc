#include "trainer/evaluation/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "model/arithmetic/exp_log.h"

namespace ebb::trainer {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// Positives and negatives at each distinct score, best score first.
struct Step {
  uint64_t positives = 0;
  uint64_t negatives = 0;
};

std::vector<Step> StepsDown(std::span<const double> scores, std::span<const uint8_t> labels) {
  std::vector<std::pair<double, uint8_t>> order(scores.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = {scores[i], labels[i]};
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Step> steps;
  for (size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || order[i].first != order[i - 1].first) steps.emplace_back();
    ++(order[i].second != 0 ? steps.back().positives : steps.back().negatives);
  }
  return steps;
}

double Ratio(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

double RocAuc(std::span<const double> scores, std::span<const uint8_t> labels) {
  // Twice the number of pairs ranked right, ties counting one: an integer, so no order of summing can change it.
  uint64_t pairs_twice = 0, positives = 0, negatives = 0;
  for (const Step& step : StepsDown(scores, labels)) {
    pairs_twice += step.negatives * (2 * positives + step.positives);
    positives += step.positives;
    negatives += step.negatives;
  }
  if (positives == 0 || negatives == 0) return kUndefined;
  return static_cast<double>(pairs_twice) / (2.0 * static_cast<double>(positives) * static_cast<double>(negatives));
}

double AveragePrecision(std::span<const double> scores, std::span<const uint8_t> labels) {
  double sum = 0;
  uint64_t positives = 0, called = 0;
  for (const Step& step : StepsDown(scores, labels)) {
    positives += step.positives;
    called += step.positives + step.negatives;
    sum += static_cast<double>(step.positives) * Ratio(positives, called);
  }
  return positives == 0 ? kUndefined : sum / static_cast<double>(positives);
}

double LogLoss(std::span<const double> probabilities, std::span<const uint8_t> labels) {
  double sum = 0;
  for (size_t i = 0; i < labels.size(); ++i) sum -= Log(labels[i] != 0 ? probabilities[i] : 1 - probabilities[i]);
  return labels.empty() ? kUndefined : sum / static_cast<double>(labels.size());
}

double BrierScore(std::span<const double> probabilities, std::span<const uint8_t> labels) {
  double sum = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    const double error = probabilities[i] - labels[i];
    sum += error * error;
  }
  return labels.empty() ? kUndefined : sum / static_cast<double>(labels.size());
}

double ExpectedCalibrationError(std::span<const double> probabilities, std::span<const uint8_t> labels) {
  constexpr size_t kBins = 10;
  double excess[kBins] = {};  // of the probabilities over the labels, summed
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto bin = static_cast<size_t>(std::clamp(probabilities[i], 0.0, 1.0) * kBins);
    excess[std::min(bin, kBins - 1)] += probabilities[i] - labels[i];
  }
  double sum = 0;
  for (const double of_bin : excess) sum += std::abs(of_bin);
  return labels.empty() ? kUndefined : sum / static_cast<double>(labels.size());
}

double ConfusionMatrix::Precision() const { return Ratio(true_positives, true_positives + false_positives); }
double ConfusionMatrix::Recall() const { return Ratio(true_positives, true_positives + false_negatives); }
double ConfusionMatrix::F1() const {
  return Ratio(2 * true_positives, 2 * true_positives + false_positives + false_negatives);
}
double ConfusionMatrix::Accuracy() const {
  return Ratio(true_positives + true_negatives, true_positives + false_positives + true_negatives + false_negatives);
}

ConfusionMatrix ConfusionAt(double threshold, std::span<const double> probabilities, std::span<const uint8_t> labels) {
  ConfusionMatrix matrix;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (probabilities[i] > threshold) {
      ++(labels[i] != 0 ? matrix.true_positives : matrix.false_positives);
    } else {
      ++(labels[i] != 0 ? matrix.false_negatives : matrix.true_negatives);
    }
  }
  return matrix;
}

Evaluation Evaluate(std::span<const double> ranking_scores, std::span<const double> probabilities,
                    std::span<const uint8_t> labels, double risk_threshold) {
  return {.rows = labels.size(),
          .positives = std::accumulate(labels.begin(), labels.end(), uint64_t{0}),
          .roc_auc = RocAuc(ranking_scores, labels),
          .average_precision = AveragePrecision(ranking_scores, labels),
          .log_loss = LogLoss(probabilities, labels),
          .brier = BrierScore(probabilities, labels),
          .risk_threshold = risk_threshold,
          .at_half = ConfusionAt(0.5, probabilities, labels),
          .at_risk_threshold = ConfusionAt(risk_threshold, probabilities, labels)};
}

}  // namespace ebb::trainer
