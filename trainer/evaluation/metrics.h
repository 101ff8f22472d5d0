#pragma once

#include <cstdint>
#include <span>

namespace ebb::trainer {

// Labels are 1 for the positive class (declined). All functions want spans of equal size and are NaN where undefined (a
// class missing).

double RocAuc(std::span<const double> scores, std::span<const uint8_t> labels);  // ties count half
double AveragePrecision(std::span<const double> scores,
                        std::span<const uint8_t> labels);  // the PR-AUC without interpolation
double LogLoss(std::span<const double> probabilities, std::span<const uint8_t> labels);
double BrierScore(std::span<const double> probabilities, std::span<const uint8_t> labels);
// How far the share of positives is from the mean probability within ten bins of equal width, on average over the rows.
double ExpectedCalibrationError(std::span<const double> probabilities, std::span<const uint8_t> labels);

struct ConfusionMatrix {
  uint64_t true_positives = 0;
  uint64_t false_positives = 0;
  uint64_t true_negatives = 0;
  uint64_t false_negatives = 0;

  // 0 where nothing was called positive (precision), nothing is positive (recall) or both (F1), as reports expect.
  double Precision() const;
  double Recall() const;
  double F1() const;
  double Accuracy() const;
};

// A probability above the threshold is called positive: the same rule as the scorer's "at risk".
ConfusionMatrix ConfusionAt(double threshold, std::span<const double> probabilities, std::span<const uint8_t> labels);

// Everything that is reported of one set of rows.
struct Evaluation {
  uint64_t rows = 0;
  uint64_t positives = 0;
  double roc_auc = 0;
  double average_precision = 0;
  double log_loss = 0;
  double brier = 0;
  double risk_threshold = 0.7;
  ConfusionMatrix at_half;
  ConfusionMatrix at_risk_threshold;
};

Evaluation Evaluate(std::span<const double> ranking_scores, std::span<const double> probabilities,
                    std::span<const uint8_t> labels, double risk_threshold);

}  // namespace ebb::trainer
