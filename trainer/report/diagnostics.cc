#include "trainer/report/diagnostics.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "model/arithmetic/exp_log.h"
#include "trainer/evaluation/metrics.h"
#include "trainer/evaluation/probability_bins.h"
#include "trainer/evaluation/ranked_rows.h"
#include "trainer/evaluation/stratified_bootstrap.h"
#include "trainer/parallel_for.h"
#include "trainer/report/estimate_message.h"
#include "trainer/training_report.h"

namespace ebb::trainer {
namespace {

constexpr size_t kMostPoints = 200;
// What each row adds to a mean.
struct Losses {
  std::vector<double> squared;  // of the Brier score
  std::vector<double> log;
};

Losses LossesOf(std::span<const double> probabilities, std::span<const uint8_t> labels) {
  Losses losses;
  for (size_t row = 0; row < labels.size(); ++row) {
    const double error = probabilities[row] - labels[row];
    losses.squared.push_back(error * error);
    losses.log.push_back(-Log(labels[row] != 0 ? probabilities[row] : 1 - probabilities[row]));
  }
  return losses;
}

void EstimateAll(std::span<const double> scores, std::span<const double> probabilities, std::span<const uint8_t> labels,
                 const RankedRows& ranked, int threads, v1::Diagnostics* out) {
  const StratifiedBootstrap bootstrap(labels, 0);
  const Losses losses = LossesOf(probabilities, labels);
  const auto draws = static_cast<size_t>(bootstrap.draws());
  std::vector<double> roc_auc(draws), pr_auc(draws), brier(draws), log_loss(draws), calibration_error(draws);
  ParallelFor(draws, threads, [&](size_t draw) {
    const std::vector<uint32_t> counts = bootstrap.Counts(static_cast<int>(draw));
    roc_auc[draw] = ranked.RocAuc(counts);
    pr_auc[draw] = ranked.AveragePrecision(counts);
    brier[draw] = ResampledMean(losses.squared, counts);
    log_loss[draw] = ResampledMean(losses.log, counts);
    calibration_error[draw] = CalibrationError(BinByProbability(probabilities, labels, counts));
  });
  *out->mutable_roc_auc() = ToMessage(PercentileEstimate(RocAuc(scores, labels), std::move(roc_auc)));
  *out->mutable_pr_auc() = ToMessage(PercentileEstimate(AveragePrecision(scores, labels), std::move(pr_auc)));
  *out->mutable_brier() = ToMessage(PercentileEstimate(BrierScore(probabilities, labels), std::move(brier)));
  *out->mutable_log_loss() = ToMessage(PercentileEstimate(LogLoss(probabilities, labels), std::move(log_loss)));
  *out->mutable_calibration_error() =
      ToMessage(PercentileEstimate(ExpectedCalibrationError(probabilities, labels), std::move(calibration_error)));
}

// Of so many points so few that a picture needs, the last always among them.
template <typename Point, typename Add>
void Thin(const std::vector<Point>& points, const Add& add) {
  const size_t kept = std::min(points.size(), kMostPoints);
  for (size_t i = 1; i <= kept; ++i) add(points[i * points.size() / kept - 1]);
}

void DrawCurves(const RankedRows& ranked, double declined, double steady, v1::Diagnostics* out) {
  const std::vector<RankedRows::Step> steps = ranked.Steps();
  out->add_roc();  // (0, 0)
  Thin(steps, [&](const RankedRows::Step& step) {
    v1::RocPoint* roc = out->add_roc();
    roc->set_true_positive_rate(static_cast<double>(step.true_positives) / declined);
    roc->set_false_positive_rate(static_cast<double>(step.false_positives) / steady);
    v1::PrecisionRecallPoint* point = out->add_precision_recall();
    point->set_recall(static_cast<double>(step.true_positives) / declined);
    point->set_precision(static_cast<double>(step.true_positives) /
                         static_cast<double>(step.true_positives + step.false_positives));
  });
}

// E. Wilson's interval of a share ("Probable inference, the law of succession, and statistical inference", 1927).
Estimate Share(double part, double whole) {
  const double share = part / whole, z2 = kNormalQuantile * kNormalQuantile;
  const double middle = (share + z2 / (2 * whole)) / (1 + z2 / whole);
  const double half =
      kNormalQuantile * std::sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole);
  return {share, std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

void DrawReliability(std::span<const double> probabilities, std::span<const uint8_t> labels, v1::Diagnostics* out) {
  for (const ProbabilityBin& bin : BinByProbability(probabilities, labels)) {
    if (bin.rows == 0) continue;
    v1::ReliabilityBin* message = out->add_reliability();
    message->set_mean_probability(bin.probabilities / bin.rows);
    *message->mutable_declined_share() = ToMessage(Share(bin.positives, bin.rows));
    message->set_rows(static_cast<int64_t>(bin.rows));
  }
}

// The rows of a tie that a cut goes through count by their share.
void DrawGain(const RankedRows& ranked, double declined, double rows, v1::Diagnostics* out) {
  const std::vector<RankedRows::Step> steps = ranked.Steps();
  for (int tenth = 1; tenth <= 10; ++tenth) {
    const double wanted = rows * tenth / 10;
    double before = 0, found_before = 0, found = declined;
    for (const RankedRows::Step& step : steps) {
      const auto called = static_cast<double>(step.true_positives + step.false_positives);
      const auto true_positives = static_cast<double>(step.true_positives);
      if (called >= wanted) {
        found = found_before + (true_positives - found_before) * (wanted - before) / (called - before);
        break;
      }
      before = called;
      found_before = true_positives;
    }
    v1::GainPoint* point = out->add_gain();
    point->set_share(tenth / 10.0);
    point->set_gain(found / declined);
    point->set_lift(found / declined / (tenth / 10.0));
  }
}

}  // namespace

v1::Diagnostics Diagnose(std::span<const double> scores, std::span<const double> probabilities,
                         std::span<const uint8_t> labels, int threads) {
  v1::Diagnostics out;
  const auto declined = std::accumulate(labels.begin(), labels.end(), int64_t{0});
  const auto rows = static_cast<int64_t>(labels.size());
  out.set_rows(rows);
  out.set_declined(declined);
  const RankedRows ranked(scores, labels);
  EstimateAll(scores, probabilities, labels, ranked, threads, &out);
  DrawCurves(ranked, static_cast<double>(declined), static_cast<double>(rows - declined), &out);
  DrawReliability(probabilities, labels, &out);
  for (int cut = 1; cut < 20; ++cut) {
    *out.add_thresholds() = ThresholdMessage(cut / 20.0, ConfusionAt(cut / 20.0, probabilities, labels));
  }
  DrawGain(ranked, static_cast<double>(declined), static_cast<double>(rows), &out);
  return out;
}

}  // namespace ebb::trainer
