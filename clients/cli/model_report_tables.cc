#include "clients/cli/model_report_tables.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "clients/cli/model_report.h"
#include "clients/cli/report/report_words.h"
#include "clients/cli/time_text.h"

namespace ebb {
namespace {

Cell TextOrNone(const std::string& text) { return text.empty() ? NoCell() : TextCell(text); }

// The figure and the ends of its interval.
void AddEstimate(bool measured, const v1::Estimate& estimate, std::vector<Cell>* row) {
  for (const double figure : {estimate.value(), estimate.lower(), estimate.upper()})
    row->push_back(measured ? RealCell(figure) : NoCell());
}

Record Summary(const v1::ModelReport& report) {
  const v1::Model& model = report.model();
  Record summary("model");
  summary.Add("version", CountCell(model.version()));
  summary.Add("state", TextCell(StateName(model.state())));
  summary.Add("created", TimeCell(FromTimestamp(model.create_time())));
  summary.Add("risk_threshold", RealCell(report.risk_threshold(), 2));
  summary.Add("label_rule", TextOrNone(report.lineage().label_rule()));
  summary.Add("data_sha256", TextOrNone(report.lineage().data_sha256()));
  summary.Add("next_month_revenue_absent", TextOrNone(report.next_month_revenue_absent()));
  return summary;
}

Table Criteria(const v1::ModelReport& report) {
  Table table({"metric", "must_be", "bound", "measured", "lower", "upper", "splits_mean", "splits_least",
               "splits_greatest", "splits", "splits_met", "met"},
              "criteria");
  for (const v1::Criterion& criterion : report.criteria()) {
    std::vector<Cell> row = {TextCell(criterion.metric()), TextCell(criterion.above() ? "above" : "below"),
                             RealCell(criterion.bound())};
    AddEstimate(criterion.has_measured(), criterion.measured(), &row);
    AddEstimate(criterion.has_repeated_splits(), criterion.repeated_splits(), &row);
    row.push_back(CountCell(criterion.splits()));
    row.push_back(CountCell(criterion.splits_met()));
    row.push_back(BoolCell(criterion.met()));
    table.AddRow(std::move(row));
  }
  return table;
}

Table Importance(const v1::ModelReport& report) {
  Table table({"feature", "group", "lever", "matters", "direction", "auc_fall", "lower", "upper", "mean_abs_phi",
               "phi_lower", "phi_upper"},
              "importance");
  std::map<std::string, const v1::FeatureDescription*> described;
  for (const v1::FeatureDescription& feature : report.features()) described[feature.name()] = &feature;
  for (const v1::FeatureImportance& feature : report.importances().features()) {
    const auto found = described.find(feature.name());
    const bool known = found != described.end();
    std::vector<Cell> row = {TextCell(feature.name()), known ? TextOrNone(found->second->group()) : NoCell(),
                             known ? BoolCell(found->second->lever()) : NoCell(), BoolCell(feature.matters()),
                             RealCell(feature.direction(), 2)};
    AddEstimate(feature.has_permutation(), feature.permutation(), &row);
    AddEstimate(feature.has_mean_absolute_shapley(), feature.mean_absolute_shapley(), &row);
    table.AddRow(std::move(row));
  }
  return table;
}

Table GroupImportance(const v1::ModelReport& report) {
  Table table({"group", "auc_fall", "lower", "upper", "mean_abs_phi", "phi_lower", "phi_upper"}, "group_importance");
  for (const v1::GroupImportance& group : report.importances().groups()) {
    std::vector<Cell> row = {TextOrNone(group.group())};
    AddEstimate(group.has_permutation(), group.permutation(), &row);
    AddEstimate(group.has_mean_absolute_shapley(), group.mean_absolute_shapley(), &row);
    table.AddRow(std::move(row));
  }
  return table;
}

Table Features(const v1::ModelReport& report) {
  Table table({"feature", "group", "missing", "measure", "strength", "lower", "upper", "relevant", "left_out"},
              "features");
  for (const v1::FeatureDescription* feature : ReportWords(report, ReportLanguage::kEnglish).ByStrength()) {
    const v1::LabelRelation& relation = feature->label();
    const bool measured = relation.measure() != v1::LabelRelation::MEASURE_UNSPECIFIED;
    std::vector<Cell> row = {
        TextCell(feature->name()), TextOrNone(feature->group()), CountCell(feature->missing()),
        measured ? TextCell(absl::AsciiStrToLower(v1::LabelRelation::Measure_Name(relation.measure()))) : NoCell()};
    AddEstimate(measured, relation.strength(), &row);
    row.push_back(measured ? BoolCell(relation.relevant()) : NoCell());
    row.push_back(TextOrNone(feature->left_out()));
    table.AddRow(std::move(row));
  }
  return table;
}

Table Metrics(const v1::ModelReport& report) {
  Table table({"metric", "cross_validated", "cv_lower", "cv_upper", "holdout", "lower", "upper"}, "metrics");
  const v1::Diagnostics& cross = report.cross_validated();
  const v1::Diagnostics& holdout = report.holdout();
  const auto add = [&](const char* name, const v1::Estimate& (v1::Diagnostics::*value)() const,
                       bool (v1::Diagnostics::*has)() const) {
    if (!(cross.*has)() && !(holdout.*has)()) return;
    std::vector<Cell> row = {TextCell(name)};
    AddEstimate((cross.*has)(), (cross.*value)(), &row);
    AddEstimate((holdout.*has)(), (holdout.*value)(), &row);
    table.AddRow(std::move(row));
  };
  using Set = v1::Diagnostics;
  add("roc_auc", &Set::roc_auc, &Set::has_roc_auc);
  add("pr_auc", &Set::pr_auc, &Set::has_pr_auc);
  add("brier", &Set::brier, &Set::has_brier);
  add("log_loss", &Set::log_loss, &Set::has_log_loss);
  add("calibration_error", &Set::calibration_error, &Set::has_calibration_error);
  return table;
}

Table Segments(const v1::ModelReport& report) {
  Table table({"profit_tier", "at_risk", "rows", "declined", "profit", "mean_probability"}, "segments");
  for (const v1::SegmentDescription& segment : report.segments()) {
    table.AddRow({TextCell(segment.profit_tier()), BoolCell(segment.at_risk()), CountCell(segment.rows()),
                  CountCell(segment.declined()), RealCell(segment.profit(), 2), RealCell(segment.mean_probability())});
  }
  return table;
}

// Of the best also the hold-out's figures.
Table Revenue(const v1::RegressionReport& revenue, const char* title) {
  Table table({"family", "target", "rows", "cv_smape", "cv_stddev", "cv_mean_absolute_error", "smape", "lower", "upper",
               "mean_absolute_error", "mae_lower", "mae_upper", "parameters"},
              title);
  for (int i = 0; i < revenue.candidates_size(); ++i) {
    const v1::RegressionCandidate& candidate = revenue.candidates(i);
    std::vector<Cell> row = {TextCell(candidate.family()),
                             TextCell(revenue.target()),
                             CountCell(revenue.rows()),
                             RealCell(candidate.cv_smape_mean(), 2),
                             RealCell(candidate.cv_smape_stddev(), 2),
                             RealCell(candidate.cv_mean_absolute_error(), 2)};
    AddEstimate(i == 0 && revenue.has_smape(), revenue.smape(), &row);
    AddEstimate(i == 0 && revenue.has_mean_absolute_error(), revenue.mean_absolute_error(), &row);
    row.push_back(TextOrNone(candidate.parameters()));
    table.AddRow(std::move(row));
  }
  return table;
}

Table InputTrials(const v1::ModelReport& report) {
  Table table({"feature", "splits", "roc_auc_without", "roc_auc_with", "difference", "lower", "upper"}, "input_trials");
  for (const v1::InputTrial& trial : report.input_trials()) {
    std::vector<Cell> row = {TextCell(trial.feature()), CountCell(trial.splits()), RealCell(trial.roc_auc_without()),
                             RealCell(trial.roc_auc_with())};
    AddEstimate(trial.has_difference(), trial.difference(), &row);
    table.AddRow(std::move(row));
  }
  return table;
}

Table Repairs(const v1::ModelReport& report) {
  Table table({"source", "repair", "column", "from", "to", "rows"}, "repairs");
  for (const v1::DataRepair& repair : report.repairs()) {
    table.AddRow({TextCell(repair.source()), TextCell(absl::AsciiStrToLower(v1::DataRepair::Kind_Name(repair.kind()))),
                  TextOrNone(repair.column()), TextOrNone(repair.from()), TextOrNone(repair.to()),
                  CountCell(repair.rows())});
  }
  return table;
}

}  // namespace

std::vector<Section> ReportSections(const v1::ModelReport& report) {
  std::vector<Section> document = {Summary(report)};
  if (std::optional<Record> comparison = ChampionComparisonRecord(report.model().report())) {
    document.push_back(*std::move(comparison));
  }
  for (Table table :
       {Criteria(report), Importance(report), GroupImportance(report), Features(report), Metrics(report),
        Segments(report), Revenue(report.revenue(), "revenue"),
        Revenue(report.next_month_revenue(), "next_month_revenue"), InputTrials(report), Repairs(report)}) {
    if (!table.rows().empty()) document.push_back(std::move(table));
  }
  return document;
}

}  // namespace ebb
