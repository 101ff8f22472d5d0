#include "trainer/report/model_analysis.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "trainer/fit/pipeline.h"
#include "trainer/report/criterion.h"
#include "trainer/report/diagnostics.h"
#include "trainer/report/drift.h"
#include "trainer/report/feature_report.h"
#include "trainer/report/findings.h"
#include "trainer/report/importances.h"
#include "trainer/report/input_trials.h"
#include "trainer/report/learning_curve.h"
#include "trainer/report/repeated_splits.h"
#include "trainer/report/revenue_report.h"
#include "trainer/report/segment_report.h"
#include "trainer/report/shapley_report.h"

namespace ebb::trainer {
namespace {

// Of the default declarations: money spent in the month before the as-of time.
constexpr char kRevenueFeature[] = "revenue_month_0";

std::string LabelRule(const v1::ReadTrainingSetRequest& set) {
  if (!set.has_purchase_decline()) return "imported";
  const v1::PurchaseDecline& rule = set.purchase_decline();
  const v1::PurchaseDecline::Measure measure =
      rule.measure() == v1::PurchaseDecline::MEASURE_UNSPECIFIED ? v1::PurchaseDecline::ITEMS : rule.measure();
  return absl::StrCat("purchase_decline measure=", absl::AsciiStrToLower(v1::PurchaseDecline::Measure_Name(measure)),
                      " decline_share=", rule.decline_share() == 0 ? 0.3 : rule.decline_share(),
                      " horizon_months=", rule.horizon_months() == 0 ? 3 : rule.horizon_months());
}

v1::ReportLineage LineageOf(const AnalysisInput& input) {
  const TrainedModel& model = input.outcome.published;
  v1::ReportLineage lineage;
  lineage.set_data_sha256(model.lineage.data_sha256);
  for (const int64_t micros : model.lineage.as_of_micros) {
    *lineage.add_as_of() = google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(micros);
  }
  lineage.set_seed(model.lineage.seed);
  lineage.set_label_rule(LabelRule(input.options.training_set()));
  lineage.set_version(EBB_VERSION);
  lineage.set_profit_feature(model.segments.feature);
  lineage.set_horizon_months(model.horizon_months);
  return lineage;
}

v1::Criterion RocAucCriterion(const AnalysisInput& input, const v1::Diagnostics& holdout,
                              const RepeatedSplits& splits) {
  const std::vector<double> repeated = splits.RocAucs();
  return JudgeCriterion({.metric = "holdout_roc_auc", .above = true, .bound = input.options.acceptance_roc_auc()},
                        holdout.roc_auc(), repeated);
}

template <typename Message>
void AddAll(std::vector<Message> from, google::protobuf::RepeatedPtrField<Message>* to) {
  for (Message& message : from) *to->Add() = std::move(message);
}

void DescribeData(const AnalysisInput& input, v1::ModelReport* report) {
  const std::vector<v1::FeatureDescription> features = DescribeFeatures(input.dataset, input.left_out);
  *report->mutable_associations() = DescribeAssociations(input.dataset);
  AddAll(FindInData(input.dataset, input.left_out, features, report->associations()), report->mutable_findings());
  AddAll(features, report->mutable_features());
}

// By the published model.
std::vector<double> ProbabilitiesOfAllRows(const AnalysisInput& input) {
  std::vector<double> probabilities;
  for (const double score : RankRows(input.outcome.published, input.seen, AllRows(input.seen))) {
    probabilities.push_back(input.outcome.published.calibration.Probability(score));
  }
  return probabilities;
}

void DescribePredictions(const AnalysisInput& input, v1::ModelReport* report) {
  const TrainingOutcome& outcome = input.outcome;
  const auto diagnose = [&](const Predictions& predictions, const std::vector<uint32_t>& rows) {
    return Diagnose(predictions.scores, predictions.probabilities, LabelsOf(input.dataset, rows), input.threads);
  };
  *report->mutable_cross_validated() = diagnose(outcome.cross_validated_predictions, input.split.training);
  *report->mutable_holdout() = diagnose(outcome.holdout_predictions, input.split.holdout);
  AddAll(DescribeProbabilities(ProbabilitiesOfAllRows(input), input.dataset.labels()), report->mutable_probabilities());
  report->set_risk_threshold(outcome.published.risk_threshold);
  const std::vector<double>& probabilities = outcome.out_of_fold_predictions.probabilities;
  const SegmentBounds& bounds = outcome.published.segments;
  AddAll(DescribeSegments(input.dataset, bounds, probabilities, outcome.published.risk_threshold),
         report->mutable_segments());
  AddAll(ScatterProfitByRisk(input.dataset, bounds, probabilities), report->mutable_profit_by_risk());
}

}  // namespace

absl::StatusOr<ModelAnalysis> AnalyseModel(const AnalysisInput& input) {
  constexpr int kParts = 7;
  const auto progress = [&](int done) {
    if (input.progress) input.progress(done, kParts);
  };
  const TrainingOutcome& outcome = input.outcome;
  v1::ModelReport report;
  progress(0);
  DescribeData(input, &report);
  progress(1);
  DescribePredictions(input, &report);
  *report.mutable_lineage() = LineageOf(input);
  progress(2);
  absl::StatusOr<RepeatedSplits> splits =
      MeasureRepeatedSplits(input.seen, outcome.recipe, outcome.stack, input.threads, input.cancelled);
  if (absl::IsCancelled(splits.status())) return splits.status();
  if (!splits.ok()) splits.emplace();  // too few rows of a class to be split so: nothing is said of it
  progress(3);
  AddAll(DrawLearningCurve(input.seen, input.split, outcome.recipe, outcome.stack, input.threads, input.cancelled),
         report.mutable_learning_curve());
  progress(4);
  const ExplainedRows explained =
      ExplainRows(outcome.measured, input.seen, input.split.holdout, input.threads, input.cancelled);
  if (input.cancelled && input.cancelled()) return absl::CancelledError("the training was cancelled");
  *report.mutable_importances() = DescribeImportances(input.seen, *splits, explained);
  *report.mutable_shapley() = DescribeShapley(input.seen, report.importances(), explained);
  *report.add_criteria() = RocAucCriterion(input, report.holdout(), *splits);
  progress(5);
  absl::StatusOr<std::optional<RevenueReport>> revenue =
      DescribeRevenue({.dataset = input.seen,
                       .split = input.split,
                       .target = kRevenueFeature,
                       .folds = input.options.folds(),
                       .acceptance_smape = input.options.acceptance_smape(),
                       .settings = input.regressors,
                       .threads = input.threads,
                       .cancelled = input.cancelled});
  if (!revenue.ok()) return revenue.status();
  if (revenue->has_value()) {
    *report.mutable_revenue() = std::move((*revenue)->regression);
    *report.add_criteria() = std::move((*revenue)->criterion);
  }
  progress(6);
  absl::StatusOr<std::vector<v1::InputTrial>> trials = TryInputs({.dataset = input.seen,
                                                                  .settings = outcome.best_of_families,
                                                                  .threads = input.threads,
                                                                  .cancelled = input.cancelled});
  if (!trials.ok()) return trials.status();
  AddAll(*std::move(trials), report.mutable_input_trials());
  progress(kParts);
  return ModelAnalysis{.report = std::move(report), .splits = *std::move(splits)};
}

}  // namespace ebb::trainer
