#include "clients/cli/model_report.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "clients/cli/time_text.h"
#include "fmt/format.h"

namespace ebb {
namespace {

std::string Lower(const std::string& name) { return absl::AsciiStrToLower(name); }

double Seconds(const google::protobuf::Duration& duration) {
  return static_cast<double>(duration.seconds()) + duration.nanos() * 1e-9;
}

Table Candidates(const v1::TrainingReport& report) {
  Table table(
      {"family", "cv_roc_auc", "cv_stddev", "holdout_roc_auc", "parameters", "scaler", "settings", "cpu_seconds"},
      "candidates");
  for (const v1::CandidateReport& candidate : report.candidates()) {
    table.AddRow({TextCell(candidate.family()), RealCell(candidate.cv_roc_auc_mean()),
                  RealCell(candidate.cv_roc_auc_stddev()), RealCell(candidate.holdout_roc_auc()),
                  TextCell(candidate.parameters()),
                  candidate.scaler().empty() ? NoCell() : TextCell(candidate.scaler()), CountCell(candidate.settings()),
                  RealCell(Seconds(candidate.cpu_time()), 2)});
  }
  return table;
}

// `successive-halving`, as `ebb train --search` takes it; none of a model that an older Ebb made.
Cell SearchCell(v1::TrainingOptions::Search search) {
  if (search == v1::TrainingOptions::SEARCH_UNSPECIFIED) return NoCell();
  return TextCell(absl::StrReplaceAll(Lower(v1::TrainingOptions::Search_Name(search)), {{"_", "-"}}));
}

// As `ebb train --holdout` takes it; none of a model that an older Ebb made.
Cell HoldoutCell(v1::TrainingOptions::Holdout holdout) {
  if (holdout == v1::TrainingOptions::HOLDOUT_UNSPECIFIED) return NoCell();
  return TextCell(Lower(v1::TrainingOptions::Holdout_Name(holdout)));
}

Record Summary(const v1::Model& model) {
  const v1::TrainingReport& report = model.report();
  Record summary("model");
  summary.Add("version", CountCell(model.version()));
  summary.Add("name", TextCell(model.name()));
  summary.Add("state", TextCell(StateName(model.state())));
  summary.Add("created", TimeCell(FromTimestamp(model.create_time())));
  summary.Add("training", TextCell(model.training()));
  summary.Add("family", TextCell(report.family()));
  summary.Add("parameters", TextCell(report.parameters()));
  summary.Add("scaler", report.scaler().empty() ? NoCell() : TextCell(report.scaler()));
  summary.Add("training_rows", CountCell(report.training_rows()));
  summary.Add("holdout_rows", CountCell(report.holdout_rows()));
  summary.Add("holdout", HoldoutCell(report.holdout_rows_by()));
  summary.Add("holdout_from", report.has_holdout_from() ? TimeCell(FromTimestamp(report.holdout_from())) : NoCell());
  summary.Add("purged_rows", report.has_holdout_from() ? CountCell(report.purged_rows()) : NoCell());
  summary.Add("declined_rows", CountCell(report.training_set().declined()));
  summary.Add("search", SearchCell(report.search()));
  summary.Add("inner_repeats", report.inner_repeats() == 0 ? NoCell() : CountCell(report.inner_repeats()));
  summary.Add("settings_untried", CountCell(report.settings_untried()));
  summary.Add("fits", CountCell(report.fits()));
  summary.Add("trials_taken_over", CountCell(report.trials_taken_over()));
  summary.Add("seconds", RealCell(Seconds(report.duration()), 1));
  summary.Add("seed", CountCell(static_cast<int64_t>(report.seed())));
  summary.Add("champion_holdout_roc_auc",
              report.has_champion_holdout_roc_auc() ? RealCell(report.champion_holdout_roc_auc()) : NoCell());
  summary.Add("profit_tier_lower", report.has_profit_tiers() ? RealCell(report.profit_tiers().lower(), 2) : NoCell());
  summary.Add("profit_tier_upper", report.has_profit_tiers() ? RealCell(report.profit_tiers().upper(), 2) : NoCell());
  summary.Add("digest", TextCell(model.digest()));
  summary.Add("size_bytes", CountCell(model.size_bytes()));
  return summary;
}

// The three sets of a report, as the tables show them side by side.
struct MeasuredSets {
  explicit MeasuredSets(const v1::TrainingReport& report)
      : sets{&report.cross_validated(), &report.training(), &report.holdout()} {}
  const v1::MetricSet* sets[3];

  void AddRow(Table& table, const std::string& metric, double (v1::MetricSet::*value)() const) const {
    table.AddRow({TextCell(metric), RealCell((sets[0]->*value)()), RealCell((sets[1]->*value)()),
                  RealCell((sets[2]->*value)())});
  }
  void AddRow(Table& table, const std::string& metric, int threshold,
              double (v1::ThresholdMetrics::*value)() const) const {
    std::vector<Cell> cells = {TextCell(metric)};
    for (const v1::MetricSet* set : sets) {
      cells.push_back(threshold < set->thresholds_size() ? RealCell((set->thresholds(threshold).*value)()) : NoCell());
    }
    table.AddRow(std::move(cells));
  }
};

Table Metrics(const v1::TrainingReport& report) {
  Table table({"metric", "cross_validated", "training", "holdout"}, "metrics");
  const MeasuredSets measured(report);
  measured.AddRow(table, "roc_auc", &v1::MetricSet::roc_auc);
  measured.AddRow(table, "pr_auc", &v1::MetricSet::pr_auc);
  measured.AddRow(table, "log_loss", &v1::MetricSet::log_loss);
  measured.AddRow(table, "brier", &v1::MetricSet::brier);
  for (int i = 0; i < report.holdout().thresholds_size(); ++i) {
    const std::string at = fmt::format(" at {}", report.holdout().thresholds(i).threshold());
    measured.AddRow(table, "f1" + at, i, &v1::ThresholdMetrics::f1);
    measured.AddRow(table, "recall" + at, i, &v1::ThresholdMetrics::recall);
    measured.AddRow(table, "precision" + at, i, &v1::ThresholdMetrics::precision);
    measured.AddRow(table, "accuracy" + at, i, &v1::ThresholdMetrics::accuracy);
  }
  return table;
}

// How scores became probabilities, and how they would have otherwise; out of fold.
Table Calibrations(const v1::TrainingReport& report) {
  Table table({"method", "brier", "calibration_error", "log_loss"}, "calibration");
  for (const v1::CalibrationReport& calibration : report.calibrations()) {
    table.AddRow({TextCell(calibration.method()), RealCell(calibration.brier()),
                  RealCell(calibration.calibration_error()), RealCell(calibration.log_loss())});
  }
  return table;
}

Table Confusion(const v1::TrainingReport& report) {
  Table table({"set", "threshold", "declined_found", "declined_missed", "false_alarms", "steady_left_alone"},
              "confusion");
  const std::pair<const char*, const v1::MetricSet*> sets[] = {
      {"cross_validated", &report.cross_validated()}, {"training", &report.training()}, {"holdout", &report.holdout()}};
  for (const auto& [name, set] : sets) {
    for (const v1::ThresholdMetrics& cut : set->thresholds()) {
      table.AddRow({TextCell(name), RealCell(cut.threshold(), 2), CountCell(cut.true_positive()),
                    CountCell(cut.false_negative()), CountCell(cut.false_positive()), CountCell(cut.true_negative())});
    }
  }
  return table;
}

Table LeftOut(const v1::TrainingReport& report) {
  Table table({"left_out", "rows"}, "left_out_of_training");
  for (const v1::ExclusionCount& exclusion : report.training_set().exclusions()) {
    table.AddRow({TextCell(exclusion.reason()), CountCell(exclusion.rows())});
  }
  return table;
}

}  // namespace

std::string StateName(v1::Model::State state) { return Lower(v1::Model::State_Name(state)); }
std::string StateName(v1::Training::State state) { return Lower(v1::Training::State_Name(state)); }

std::optional<Record> ChampionComparisonRecord(const v1::TrainingReport& report) {
  if (!report.has_champion_comparison()) return std::nullopt;
  const v1::ChampionComparison& comparison = report.champion_comparison();
  const auto real = [](bool known, double value) { return known ? RealCell(value) : NoCell(); };
  Record record("champion_comparison");
  record.Add("champion", comparison.champion_version() == 0 ? NoCell() : CountCell(comparison.champion_version()));
  record.Add("rule", TextCell(Lower(v1::ChampionComparison::Rule_Name(comparison.rule()))));
  record.Add("splits", comparison.splits() == 0 ? NoCell() : CountCell(comparison.splits()));
  record.Add("champion_roc_auc", real(comparison.has_champion_roc_auc(), comparison.champion_roc_auc()));
  record.Add("challenger_roc_auc", real(comparison.has_challenger_roc_auc(), comparison.challenger_roc_auc()));
  record.Add("difference", real(comparison.has_difference(), comparison.difference()));
  record.Add("standard_error", real(comparison.has_standard_error(), comparison.standard_error()));
  record.Add("t", comparison.has_t() ? RealCell(comparison.t(), 2) : NoCell());
  record.Add("lower", real(comparison.has_lower(), comparison.lower()));
  record.Add("upper", real(comparison.has_upper(), comparison.upper()));
  record.Add("decision", TextCell(Lower(v1::ChampionComparison::Decision_Name(comparison.decision()))));
  record.Add("reason", comparison.reason().empty() ? NoCell() : TextCell(comparison.reason()));
  return record;
}

std::vector<Section> ModelReport(const v1::Model& model) {
  const v1::TrainingReport& report = model.report();
  std::vector<Section> document = {Candidates(report), Summary(model), Metrics(report), Confusion(report)};
  if (std::optional<Record> comparison = ChampionComparisonRecord(report)) document.push_back(*std::move(comparison));
  if (report.calibrations_size() > 0) document.push_back(Calibrations(report));
  if (report.training_set().exclusions_size() > 0) document.push_back(LeftOut(report));
  return document;
}

}  // namespace ebb
