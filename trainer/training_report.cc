#include "trainer/training_report.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "google/protobuf/util/time_util.h"
#include "trainer/search/setting_text.h"

namespace ebb::trainer {
namespace {

v1::MetricSet MetricsOf(const Evaluation& evaluation) {
  v1::MetricSet message;
  message.set_roc_auc(evaluation.roc_auc);
  message.set_pr_auc(evaluation.average_precision);
  message.set_log_loss(evaluation.log_loss);
  message.set_brier(evaluation.brier);
  *message.add_thresholds() = ThresholdMessage(0.5, evaluation.at_half);
  *message.add_thresholds() = ThresholdMessage(evaluation.risk_threshold, evaluation.at_risk_threshold);
  return message;
}

std::string ScalerOf(const Candidate& candidate) { return candidate.scaling == "none" ? "" : candidate.scaling; }

v1::CandidateReport CandidateOf(const Candidate& candidate) {
  v1::CandidateReport message;
  message.set_family(candidate.family);
  message.set_parameters(candidate.parameters);
  message.set_scaler(ScalerOf(candidate));
  message.set_cv_roc_auc_mean(candidate.cv_roc_auc_mean);
  message.set_cv_roc_auc_stddev(candidate.cv_roc_auc_sd);
  message.set_holdout_roc_auc(candidate.holdout_roc_auc);
  message.set_settings(static_cast<int64_t>(candidate.settings));
  *message.mutable_cpu_time() = google::protobuf::util::TimeUtil::MillisecondsToDuration(
      static_cast<int64_t>(candidate.search_thread_seconds * 1000));
  return message;
}

v1::CalibrationReport CalibrationOf(const CalibrationResult& result) {
  v1::CalibrationReport message;
  message.set_method(CalibrationMethodName(result.method));
  message.set_brier(result.brier);
  message.set_calibration_error(result.calibration_error);
  message.set_log_loss(result.log_loss);
  return message;
}

void DescribeHoldout(const HoldoutSplit& split, v1::TrainingReport* report) {
  if (split.by != HoldoutBy::kLatest) {
    report->set_holdout_rows_by(v1::TrainingOptions::CUSTOMERS);
    return;
  }
  report->set_holdout_rows_by(v1::TrainingOptions::LATEST);
  *report->mutable_holdout_from() = google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(split.from_micros);
  report->set_purged_rows(static_cast<int64_t>(split.purged));
}

std::vector<size_t> BestFirst(const TrainingOutcome& outcome) {
  std::vector<size_t> order(outcome.candidates.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return outcome.candidates[a].cv_roc_auc_mean > outcome.candidates[b].cv_roc_auc_mean;
  });
  return order;
}

}  // namespace

v1::ThresholdMetrics ThresholdMessage(double threshold, const ConfusionMatrix& matrix) {
  v1::ThresholdMetrics message;
  message.set_threshold(threshold);
  message.set_f1(matrix.F1());
  message.set_recall(matrix.Recall());
  message.set_precision(matrix.Precision());
  message.set_accuracy(matrix.Accuracy());
  message.set_true_positive(static_cast<int64_t>(matrix.true_positives));
  message.set_false_positive(static_cast<int64_t>(matrix.false_positives));
  message.set_true_negative(static_cast<int64_t>(matrix.true_negatives));
  message.set_false_negative(static_cast<int64_t>(matrix.false_negatives));
  return message;
}

v1::TrainingReport ReportOf(const TrainingOutcome& outcome, const HoldoutSplit& split,
                            const v1::TrainingOptions& options) {
  v1::TrainingReport report;
  for (size_t i : BestFirst(outcome)) *report.add_candidates() = CandidateOf(outcome.candidates[i]);
  const Candidate& winner = outcome.candidates[outcome.winner];
  report.set_family(winner.family);
  report.set_parameters(winner.parameters);
  report.set_scaler(ScalerOf(winner));
  for (const CalibrationResult& result : outcome.calibrations()) *report.add_calibrations() = CalibrationOf(result);
  *report.mutable_cross_validated() = MetricsOf(outcome.cross_validated);
  *report.mutable_training() = MetricsOf(outcome.training);
  *report.mutable_holdout() = MetricsOf(outcome.holdout);
  report.set_training_rows(static_cast<int64_t>(outcome.training.rows));
  report.set_holdout_rows(static_cast<int64_t>(outcome.holdout.rows));
  DescribeHoldout(split, &report);
  report.set_seed(options.seed());
  report.set_fits(static_cast<int64_t>(outcome.fits));
  report.set_search(options.search());
  report.set_inner_repeats(options.inner_repeats());
  report.set_settings_untried(static_cast<int64_t>(outcome.settings_untried));
  report.set_trials_taken_over(static_cast<int64_t>(outcome.fits_taken_over));
  for (const Setting& setting : outcome.recipe) report.add_recipe(SettingText(setting));
  if (const SegmentBounds& bounds = outcome.published.segments; !bounds.feature.empty()) {
    report.mutable_profit_tiers()->set_lower(bounds.lower);
    report.mutable_profit_tiers()->set_upper(bounds.upper);
  }
  return report;
}

}  // namespace ebb::trainer
