#include "trainer/training_run.h"

#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "google/protobuf/util/time_util.h"
#include "model/model_file.h"
#include "trainer/champion_comparison.h"
#include "trainer/evaluation/latest_holdout.h"
#include "trainer/report/drift.h"
#include "trainer/score_by_name.h"
#include "trainer/search/draw_settings.h"
#include "trainer/search/regression.h"
#include "trainer/training_report.h"

namespace ebb::trainer {
namespace {

constexpr int kHorizonMonths = 3;  // of imported labels, whose own is not known

void Tell(const TrainingControls& controls, const char* step, int64_t done = 0, int64_t total = 0) {
  v1::TrainingProgress progress;
  progress.set_step(step);
  progress.set_done(done);
  progress.set_total(total);
  controls.progress(progress);
}

int HorizonMonths(const v1::ReadTrainingSetRequest& request) {
  const int asked = request.purchase_decline().horizon_months();
  return asked == 0 ? kHorizonMonths : asked;
}

HoldoutBy HoldoutAsked(const v1::TrainingOptions& options) {
  switch (options.holdout()) {
    case v1::TrainingOptions::CUSTOMERS:
      return HoldoutBy::kCustomers;
    case v1::TrainingOptions::LATEST:
      return HoldoutBy::kLatest;
    default:
      return HoldoutBy::kLatestElseCustomers;
  }
}

bool HasValues(const Dataset& dataset, size_t feature) {
  for (double value : dataset.Numbers(feature)) {
    if (!std::isnan(value)) return true;
  }
  return false;
}

// The number that the profit tiers are cut from: the first one declared for segments that is known of anybody. Empty:
// there is none.
std::string SegmentFeature(const Dataset& dataset) {
  for (size_t i = 0; i < dataset.schema().size(); ++i) {
    const FeatureSpec& spec = dataset.schema()[i];
    if (IsForSegments(spec.role) && spec.kind == FeatureKind::kNumber && HasValues(dataset, i)) {
      return spec.name;
    }
  }
  return "";
}

void SetTiers(const v1::ProfitTierBounds& tiers, TrainingOptions* core) {
  if (!tiers.has_quantiles()) return;
  core->lower_quantile = tiers.quantiles().lower();
  core->upper_quantile = tiers.quantiles().upper();
}

// Bounds given as amounts replace the learnt ones.
void OverrideTiers(const v1::ProfitTierBounds& tiers, TrainedModel* model) {
  if (!tiers.has_amounts() || model->segments.feature.empty()) return;
  model->segments.lower = tiers.amounts().lower();
  model->segments.upper = tiers.amounts().upper();
}

std::set<std::string> Names(const std::vector<LeftOutInput>& inputs) {
  std::set<std::string> names;
  for (const LeftOutInput& input : inputs) names.insert(input.name);
  return names;
}

ProgressCallback SearchProgressTo(const TrainingControls& controls) {
  return [&controls](const SearchProgress& search) {
    v1::TrainingProgress progress;
    // After the last fit the core calibrates and refits, which has no units worth counting.
    const bool searching = search.fits_done < search.fits_total;
    progress.set_step(searching ? "search" : "calibrate");
    if (searching) {
      progress.set_done(static_cast<int64_t>(search.fits_done));
      progress.set_total(static_cast<int64_t>(search.fits_total));
    }
    progress.set_best_roc_auc(search.best_roc_auc);
    progress.set_best_candidate(search.best_candidate);
    progress.set_trials_taken_over(static_cast<int64_t>(search.fits_taken_over));
    controls.progress(progress);
  };
}

void AddPromotion(Promotion promotion, v1::TrainingReport* report) {
  if (promotion.holdout) {
    report->set_champion_holdout_roc_auc(promotion.holdout->champion_roc_auc);
    report->set_champion_saw_holdout(promotion.holdout->champion_saw_rows);
  }
  *report->mutable_champion_comparison() = std::move(promotion.comparison);
}

void AddRevenue(NextMonthRevenue revenue, v1::ModelReport* report, TrainedModel* model) {
  if (revenue.forecast) *report->mutable_next_month_revenue() = std::move(revenue.report);
  report->set_next_month_revenue_absent(std::move(revenue.absent));
  model->revenue = std::move(revenue.forecast);
}

// Empty where the search has all the time it wants. The time runs from now, whatever the machine's time is set to.
TimeIsOverFn SearchDeadline(const v1::TrainingOptions& options, const Clock* clock) {
  if (!options.has_search_budget()) return {};
  const absl::Duration deadline = clock->Elapsed() + absl::Seconds(options.search_budget().seconds()) +
                                  absl::Nanoseconds(options.search_budget().nanos());
  return [clock, deadline] { return clock->Elapsed() >= deadline; };
}

}  // namespace

absl::StatusOr<Grid> SettingsToTry(const SearchSpace& space, const v1::TrainingOptions& options) {
  if (options.search() == v1::TrainingOptions::GRID) return GridOf(space);
  return DrawSettings(space, options.trials(), options.seed());
}

struct TrainingRun::Rows {
  TrainingSet set;
  std::vector<LeftOutInput> left_out;
  std::optional<Dataset> narrowed;  // the set's without these inputs, where there are any
  HoldoutSplit split;               // the same cut that the core makes: it depends on rows and options alone

  const Dataset& seen() const { return narrowed ? *narrowed : set.dataset; }

  // FAILED_PRECONDITION says what the data lacks.
  static absl::StatusOr<Rows> Of(TrainingSet set, const v1::TrainingOptions& options) {
    if (absl::Status status = CheckEnoughRows(set.summary, options); !status.ok()) return status;
    std::vector<LeftOutInput> left_out = InputsToLeaveOut(set.dataset, set.summary);
    if (absl::Status status = CheckInputs(set.dataset, left_out); !status.ok()) return status;
    absl::StatusOr<HoldoutSplit> split =
        SplitOffHoldout(set.dataset, {.by = HoldoutAsked(options),
                                      .share = options.holdout_share(),
                                      .folds = options.folds(),
                                      .horizon_months = HorizonMonths(options.training_set())});
    if (!split.ok()) return split.status();
    std::optional<Dataset> narrowed;
    if (!left_out.empty()) narrowed = set.dataset.Without(Names(left_out));
    return Rows{.set = std::move(set),
                .left_out = std::move(left_out),
                .narrowed = std::move(narrowed),
                .split = *std::move(split)};
  }
};

TrainingRun::TrainingRun(TrainingSetSource* source, const Registry* registry, const Clock* clock, Options options)
    : source_(source), registry_(registry), clock_(clock), options_(std::move(options)) {}

absl::StatusOr<TrainedResult> TrainingRun::Run(const v1::TrainingOptions& options,
                                               const TrainingControls& controls) const {
  const absl::Duration start = clock_->Elapsed();
  absl::StatusOr<Grid> settings = SettingsToTry(options_.space, options);
  if (!settings.ok()) return settings.status();
  Tell(controls, "read");
  absl::StatusOr<TrainingSet> set = ReadRows(options, controls);
  if (!set.ok()) return set.status();
  Tell(controls, "check");
  absl::StatusOr<Rows> rows = Rows::Of(*std::move(set), options);
  if (!rows.ok()) return rows.status();

  absl::StatusOr<TrainingOutcome> outcome = Search(*rows, *std::move(settings), options, controls);
  if (!outcome.ok()) return outcome.status();
  Tell(controls, "evaluate");
  absl::StatusOr<ModelAnalysis> analysis = Analyse(*outcome, *rows, options, controls);
  if (!analysis.ok()) return analysis.status();
  absl::StatusOr<NextMonthRevenue> revenue = TellRevenue(*rows, options, controls);
  if (!revenue.ok()) return revenue.status();
  AddRevenue(*std::move(revenue), &analysis->report, &outcome->published);
  Tell(controls, "compare");
  absl::StatusOr<Promotion> promotion = Compare(*outcome, analysis->splits, *rows, options, controls);
  if (!promotion.ok()) return promotion.status();

  TrainedResult result;
  result.promote = promotion->promote;
  result.model.analysis = std::move(analysis->report);
  v1::TrainingReport& report = result.model.report;
  report = ReportOf(*outcome, rows->split, options);
  *report.mutable_training_set() = rows->set.summary;
  // Of these there may be many, and reports are sent wherever models are listed.
  report.mutable_training_set()->mutable_repairs()->Swap(result.model.analysis.mutable_repairs());
  for (std::string& finding : DescribeInputs(rows->set.dataset, rows->left_out)) {
    report.add_data_findings(std::move(finding));
  }
  AddPromotion(*std::move(promotion), &report);
  *report.mutable_duration() =
      google::protobuf::util::TimeUtil::MicrosecondsToDuration(absl::ToInt64Microseconds(clock_->Elapsed() - start));
  result.model.file = SerializeModelFile(outcome->published);
  result.model.comparison_basis = ComparisonBasis{.measured = std::move(outcome->measured),
                                                  .seen_rows = RowFingerprints(rows->set.dataset, rows->split.training)}
                                      .Serialize();
  return result;
}

absl::StatusOr<TrainingSet> TrainingRun::ReadRows(const v1::TrainingOptions& options,
                                                  const TrainingControls& controls) const {
  TrainingSetReader reader(options_.max_rows);
  v1::ReadTrainingSetRequest request = options.training_set();
  request.set_next_month_revenue(true);
  absl::Status status = source_->Read(request, controls.cancelled, [&](const v1::ReadTrainingSetResponse& chunk) {
    absl::Status added = reader.AddChunk(chunk);
    if (added.ok()) Tell(controls, "read", reader.rows());
    return added;
  });
  if (!status.ok()) return status;
  return std::move(reader).Finish(options.seed());
}

absl::StatusOr<TrainingOutcome> TrainingRun::Search(const Rows& rows, Grid settings, const v1::TrainingOptions& options,
                                                    const TrainingControls& controls) const {
  TrainingOptions core;
  core.grid = std::move(settings);
  core.search = options.search() == v1::TrainingOptions::SUCCESSIVE_HALVING ? SearchMethod::kSuccessiveHalving
                                                                            : SearchMethod::kAll;
  core.time_is_over = SearchDeadline(options, clock_);
  core.publishes = options.publish() == v1::TrainingOptions::BEST_FAMILY ? Publishes::kBestFamily : Publishes::kStack;
  core.seed = options.seed();
  core.threads = options_.threads;
  core.folds = options.folds();
  core.inner_repeats = options.inner_repeats();
  core.holdout = HoldoutAsked(options);
  core.holdout_share = options.holdout_share();
  core.risk_threshold = options.segment_threshold();
  core.horizon_months = HorizonMonths(options.training_set());
  core.segment_feature = SegmentFeature(rows.set.dataset);
  core.as_of_micros = rows.set.as_of_micros;
  core.progress = SearchProgressTo(controls);
  core.cancelled = controls.cancelled;
  core.journal = controls.journal;
  SetTiers(options.profit_tiers(), &core);
  absl::StatusOr<TrainingOutcome> outcome = RunSearchAndFit(rows.seen(), core);
  if (!outcome.ok()) return outcome;
  OverrideTiers(options.profit_tiers(), &outcome->measured);
  OverrideTiers(options.profit_tiers(), &outcome->published);
  return outcome;
}

absl::StatusOr<ModelAnalysis> TrainingRun::Analyse(const TrainingOutcome& outcome, const Rows& rows,
                                                   const v1::TrainingOptions& options,
                                                   const TrainingControls& controls) const {
  return AnalyseModel({.dataset = rows.set.dataset,
                       .seen = rows.seen(),
                       .split = rows.split,
                       .left_out = rows.left_out,
                       .outcome = outcome,
                       .regressors = PlainRegressorSettings(),
                       .options = options,
                       .threads = options_.threads,
                       .cancelled = controls.cancelled,
                       .progress = [&](int done, int total) { Tell(controls, "explain", done, total); }});
}

absl::StatusOr<NextMonthRevenue> TrainingRun::TellRevenue(const Rows& rows, const v1::TrainingOptions& options,
                                                          const TrainingControls& controls) const {
  return TellNextMonthRevenue({.dataset = rows.seen(),
                               .split = rows.split,
                               .told_by_store = rows.set.tells_next_month_revenue,
                               .folds = options.folds(),
                               .settings = ServedRegressorSettings(),
                               .threads = options_.threads,
                               .cancelled = controls.cancelled});
}

absl::StatusOr<Promotion> TrainingRun::Compare(const TrainingOutcome& outcome, const RepeatedSplits& splits,
                                               const Rows& rows, const v1::TrainingOptions& options,
                                               const TrainingControls& controls) const {
  return DecidePromotion({.registry = *registry_,
                          .dataset = rows.set.dataset,
                          .seen = rows.seen(),
                          .split = rows.split,
                          .outcome = outcome,
                          .splits = splits,
                          .folds = options.folds(),
                          .asked = options.promote_if_not_worse(),
                          .threads = options_.threads,
                          .cancelled = controls.cancelled,
                          .progress = [&](int done, int total) { Tell(controls, "compare", done, total); }});
}

absl::StatusOr<TrainingSetChange> TrainingRun::MeasureChange(const v1::TrainingOptions& options,
                                                             const CancelFn& cancelled) const {
  const absl::StatusOr<Page<v1::Model>> newest = registry_->ListModels(0, 1, false);
  if (!newest.ok()) return newest.status();
  if (newest->items.empty()) return absl::FailedPreconditionError("there is no model yet");
  const int64_t version = newest->items.front().version();
  const absl::StatusOr<v1::ModelReport> report = registry_->GetModelReport(version);
  if (!report.ok()) return report.status();
  const absl::StatusOr<std::string> file = registry_->ReadModelFile(version);
  if (!file.ok()) return file.status();
  const absl::StatusOr<TrainedModel> model = ParseModelFile(*file);
  if (!model.ok()) return model.status();

  const absl::StatusOr<TrainingSet> set = ReadRows(options, {.cancelled = cancelled, .progress = [](const auto&) {}});
  if (!set.ok()) return set.status();
  const absl::StatusOr<std::vector<Score>> scores = ScoreByName(*model, set->dataset, AllRows(set->dataset));
  if (!scores.ok()) return scores.status();
  std::vector<double> probabilities;
  for (const Score& score : *scores) probabilities.push_back(score.probability);
  const v1::TrainingReport& measured = report->model().report();
  return TrainingSetChange{.new_labels = static_cast<int64_t>(set->dataset.rows()) - measured.training_rows() -
                                         measured.holdout_rows() - measured.purged_rows(),
                           .drifts = MeasureDrift(*report, set->dataset, probabilities)};
}

absl::Status TrainingRun::CheckReady(const v1::TrainingOptions& options, const CancelFn& cancelled) const {
  v1::TrainingSetSummary summary;
  absl::Status status = source_->Read(options.training_set(), cancelled, [&](const v1::ReadTrainingSetResponse& chunk) {
    if (chunk.has_summary()) summary = chunk.summary();
    return absl::OkStatus();
  });
  return status.ok() ? CheckEnoughRows(summary, options) : status;
}

}  // namespace ebb::trainer
