#include "trainer/evaluation/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "model/arithmetic/exp_log.h"
#include "trainer/evaluation/probability_bins.h"
#include "trainer/evaluation/ranked_rows.h"

namespace ebb::trainer {
namespace {

constexpr double kNoMetric = std::numeric_limits<double>::quiet_NaN();

double Ratio(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

double RocAuc(std::span<const double> scores, std::span<const uint8_t> labels) {
  return RankedRows(scores, labels).RocAuc();
}

double AveragePrecision(std::span<const double> scores, std::span<const uint8_t> labels) {
  return RankedRows(scores, labels).AveragePrecision();
}

double LogLoss(std::span<const double> probabilities, std::span<const uint8_t> labels) {
  double sum = 0;
  for (size_t i = 0; i < labels.size(); ++i) sum -= Log(labels[i] != 0 ? probabilities[i] : 1 - probabilities[i]);
  return labels.empty() ? kNoMetric : sum / static_cast<double>(labels.size());
}

double BrierScore(std::span<const double> probabilities, std::span<const uint8_t> labels) {
  double sum = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    const double error = probabilities[i] - labels[i];
    sum += error * error;
  }
  return labels.empty() ? kNoMetric : sum / static_cast<double>(labels.size());
}

double ExpectedCalibrationError(std::span<const double> probabilities, std::span<const uint8_t> labels) {
  return labels.empty() ? kNoMetric : CalibrationError(BinByProbability(probabilities, labels));
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
