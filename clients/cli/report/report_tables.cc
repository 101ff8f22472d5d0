#include "clients/cli/report/report_tables.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "clients/cli/report/html_text.h"
#include "clients/cli/report/report_phrases.h"

namespace ebb {
namespace {

constexpr char kNone[] = "–";

std::string Html(const HtmlTable& table) { return table.empty() ? "" : table.Html(); }

std::string ThresholdTable(const ReportWords& words, const v1::Diagnostics& set, const Phrase& name) {
  const Speech& say = words.say;
  HtmlTable table({say(phrase::kColumnThreshold), say(phrase::kColumnFound), say(phrase::kColumnMissed),
                   say(phrase::kColumnFalseAlarm), say(phrase::kColumnLeftAlone), say(phrase::kColumnRecall),
                   say(phrase::kColumnPrecision), say(phrase::kColumnF1), say(phrase::kColumnAccuracy)});
  for (const v1::ThresholdMetrics& cut : set.thresholds()) {
    table.AddRow({NumberCell(say.Real(cut.threshold(), 2)), NumberCell(say.Count(cut.true_positive())),
                  NumberCell(say.Count(cut.false_negative())), NumberCell(say.Count(cut.false_positive())),
                  NumberCell(say.Count(cut.true_negative())), NumberCell(say.Real(cut.recall(), 2)),
                  NumberCell(say.Real(cut.precision(), 2)), NumberCell(say.Real(cut.f1(), 2)),
                  NumberCell(say.Real(cut.accuracy(), 2))});
  }
  return table.empty() ? "" : Element("h3", "", EscapeHtml(say(name))) + table.Html();
}

const v1::GainPoint* GainAt(const v1::Diagnostics& set, int index) {
  return index < set.gain_size() ? &set.gain(index) : nullptr;
}

std::string Quartiles(const Speech& say, bool known, const v1::Quartiles& quartiles) {
  if (!known) return kNone;
  return say.Amount(quartiles.lower()) + " · " + say.Amount(quartiles.median()) + " · " + say.Amount(quartiles.upper());
}

// In the reader's language where the data check says of which kind it is, else as the trainer wrote it.
std::string WhyLeftOut(const ReportWords& words, const v1::FeatureDescription& feature) {
  for (const v1::DataFinding& finding : words.report.findings()) {
    if (finding.feature() != feature.name()) continue;
    if (finding.kind() == v1::DataFinding::CONSTANT) return words.say(phrase::kLeftOutConstant);
    if (finding.kind() == v1::DataFinding::EMPTY) return words.say(phrase::kLeftOutEmpty);
    if (finding.kind() == v1::DataFinding::NOT_COVERED) return words.say(phrase::kLeftOutNotCovered);
  }
  return feature.left_out();
}

std::string Fault(const Speech& say, const v1::DataRepair& repair) {
  switch (repair.kind()) {
    case v1::DataRepair::LETTER_CASE:
      return say(phrase::kFaultLetterCase);
    case v1::DataRepair::TYPING_ERROR:
      return say(phrase::kFaultTypingError);
    case v1::DataRepair::REPEATED_ROWS:
      return say(phrase::kFaultRepeatedRows);
    case v1::DataRepair::UNMATCHED_ROWS:
      return say(phrase::kFaultUnmatchedRows);
    default:
      return kNone;  // of a newer importer
  }
}

std::string Remark(const ReportWords& words, const v1::FeatureDescription& feature) {
  std::vector<std::string> remarks;
  if (!feature.input()) remarks.push_back(words.say(phrase::kSegmentsOnly));
  if (!feature.left_out().empty()) remarks.push_back(WhyLeftOut(words, feature));
  return absl::StrJoin(remarks, "; ");
}

std::string Paragraph(const std::string& text) { return Element("p", "", EscapeHtml(text)); }

// What was asked, the families, and the best on the hold-out; empty where there is no family.
std::string RegressionTable(const ReportWords& words, const v1::RegressionReport& report, const std::string& task) {
  const Speech& say = words.say;
  HtmlTable table({say(phrase::kColumnModel), say(phrase::kColumnCvSmape), say(phrase::kColumnCvAbsoluteError),
                   say(phrase::kColumnParameters)});
  for (const v1::RegressionCandidate& candidate : report.candidates()) {
    table.AddRow({WordCell(words.Family(candidate.family())),
                  NumberCell(say.Real(candidate.cv_smape_mean(), 2) + " ± " + say.Real(candidate.cv_smape_stddev(), 2)),
                  NumberCell(say.Amount(candidate.cv_mean_absolute_error())), WordCell(candidate.parameters())});
  }
  if (table.empty()) return "";
  const std::string html = Paragraph(task) + table.Html();
  if (!report.has_smape()) return html;
  return html + Paragraph(say(phrase::kRevenueHoldout, say.WithInterval(report.smape(), 2),
                              say.WithInterval(report.mean_absolute_error(), 1)));
}

// The trainer's sentence, which is English.
std::string WhyNoForecast(const ReportWords& words, std::string_view why) {
  if (!words.say.russian()) return std::string(why);
  if (why.starts_with("The feature store does not tell")) return words.say(phrase::kNextMonthOlderStore);
  if (why.find("not known of any row:") != std::string_view::npos) return words.say(phrase::kNextMonthUnknown);
  return words.say(phrase::kNextMonthTooFew);
}

}  // namespace

std::string CriteriaTable(const ReportWords& words) {
  const Speech& say = words.say;
  HtmlTable table({say(phrase::kColumnMetric), say(phrase::kColumnBound), say(phrase::kColumnMeasured),
                   say(phrase::kColumnRepeated), say(phrase::kColumnSplitsMet), say(phrase::kColumnMet)});
  int met = 0;
  for (const v1::Criterion& criterion : words.report.criteria()) {
    met += criterion.met();
    const bool repeated = criterion.splits() > 0;
    HtmlTable::Cell verdict = WordCell(say(criterion.met() ? phrase::kMet : phrase::kNotMet));
    verdict.kind = criterion.met() ? "met" : "not-met";
    table.AddRow(
        {WordCell(words.Metric(criterion.metric())),
         WordCell(say(criterion.above() ? phrase::kAbove : phrase::kBelow, say.Amount(criterion.bound()))),
         NumberCell(criterion.has_measured() ? say.WithInterval(criterion.measured()) : kNone),
         NumberCell(repeated ? say.WithInterval(criterion.repeated_splits()) : kNone),
         NumberCell(repeated ? say(phrase::kOfRows, say.Count(criterion.splits_met()), say.Count(criterion.splits()))
                             : kNone),
         std::move(verdict)});
  }
  if (table.empty()) return "";
  return Element("p", "", EscapeHtml(say(phrase::kCriteriaMet, met, words.report.criteria_size()))) + table.Html();
}

std::string MetricsTable(const ReportWords& words) {
  const Speech& say = words.say;
  const v1::Diagnostics& cross = words.report.cross_validated();
  const v1::Diagnostics& holdout = words.report.holdout();
  const v1::TrainingReport& older = words.report.model().report();
  HtmlTable table({say(phrase::kColumnMetric), say(phrase::kColumnTraining), say(phrase::kColumnCrossValidated),
                   say(phrase::kColumnMeasured)});
  const auto figure = [&](bool has, const v1::Estimate& estimate, bool has_older, double value) {
    return NumberCell(has ? say.WithInterval(estimate) : has_older ? say.Real(value, 3) : kNone);
  };
  const auto add = [&](const Phrase& name, const v1::Estimate& (v1::Diagnostics::*value)() const,
                       bool (v1::Diagnostics::*has)() const, double (v1::MetricSet::*plain)() const) {
    const bool known = (cross.*has)() || (holdout.*has)() ||
                       (plain != nullptr && (older.has_cross_validated() || older.has_holdout()));
    if (!known) return;
    const auto of = [plain](const v1::MetricSet& set) { return plain == nullptr ? 0.0 : (set.*plain)(); };
    table.AddRow(
        {WordCell(say(name)),
         NumberCell(plain != nullptr && older.has_training() ? say.Real(of(older.training()), 3) : kNone),
         figure((cross.*has)(), (cross.*value)(), plain != nullptr && older.has_cross_validated(),
                of(older.cross_validated())),
         figure((holdout.*has)(), (holdout.*value)(), plain != nullptr && older.has_holdout(), of(older.holdout()))});
  };
  using Set = v1::Diagnostics;
  add(phrase::kRocAuc, &Set::roc_auc, &Set::has_roc_auc, &v1::MetricSet::roc_auc);
  add(phrase::kPrAuc, &Set::pr_auc, &Set::has_pr_auc, &v1::MetricSet::pr_auc);
  add(phrase::kBrier, &Set::brier, &Set::has_brier, &v1::MetricSet::brier);
  add(phrase::kLogLoss, &Set::log_loss, &Set::has_log_loss, &v1::MetricSet::log_loss);
  add(phrase::kCalibrationError, &Set::calibration_error, &Set::has_calibration_error, nullptr);
  return Html(table);
}

std::string ThresholdTables(const ReportWords& words) {
  return ThresholdTable(words, words.report.cross_validated(), phrase::kCrossValidated) +
         ThresholdTable(words, words.report.holdout(), phrase::kHoldout);
}

std::string GainTable(const ReportWords& words) {
  const Speech& say = words.say;
  const v1::Diagnostics& cross = words.report.cross_validated();
  const v1::Diagnostics& holdout = words.report.holdout();
  const std::string gain = say(phrase::kColumnGain), lift = say(phrase::kColumnLift);
  const std::string of_cross = " (" + say(phrase::kCrossValidated) + ")",
                    of_holdout = " (" + say(phrase::kHoldout) + ")";
  HtmlTable table(
      {say(phrase::kColumnHighestScores), gain + of_cross, lift + of_cross, gain + of_holdout, lift + of_holdout});
  for (int i = 0; i < std::max(cross.gain_size(), holdout.gain_size()); ++i) {
    const v1::GainPoint* points[] = {GainAt(cross, i), GainAt(holdout, i)};
    std::vector<HtmlTable::Cell> row = {
        NumberCell(say.Percent((points[0] != nullptr ? points[0] : points[1])->share()))};
    for (const v1::GainPoint* point : points) {
      row.push_back(NumberCell(point != nullptr ? say.Percent(point->gain()) : kNone));
      row.push_back(NumberCell(point != nullptr ? say.Real(point->lift(), 2) : kNone));
    }
    table.AddRow(std::move(row));
  }
  return Html(table);
}

std::string LearningCurveTable(const ReportWords& words) {
  const Speech& say = words.say;
  HtmlTable table({say(phrase::kColumnRows), say(phrase::kColumnTraining), say(phrase::kColumnMeasured)});
  for (const v1::LearningPoint& point : words.report.learning_curve()) {
    table.AddRow({NumberCell(say.Count(point.rows())), NumberCell(say.Real(point.training_roc_auc(), 3)),
                  NumberCell(say.Real(point.holdout_roc_auc(), 3))});
  }
  return Html(table);
}

std::string CandidatesTable(const ReportWords& words) {
  const Speech& say = words.say;
  HtmlTable table(
      {say(phrase::kColumnModel), say(phrase::kCvMean), say(phrase::kColumnMeasured), say(phrase::kColumnParameters)});
  for (const v1::CandidateReport& candidate : words.report.model().report().candidates()) {
    table.AddRow(
        {WordCell(words.Family(candidate.family())),
         NumberCell(say.Real(candidate.cv_roc_auc_mean(), 3) + " ± " + say.Real(candidate.cv_roc_auc_stddev(), 3)),
         NumberCell(say.Real(candidate.holdout_roc_auc(), 3)), WordCell(candidate.parameters())});
  }
  return Html(table);
}

std::string RevenueTable(const ReportWords& words) {
  const v1::RegressionReport& revenue = words.report.revenue();
  return RegressionTable(
      words, revenue, words.say(phrase::kRevenueTask, words.label(revenue.target()), words.say.Count(revenue.rows())));
}

std::string NextMonthRevenue(const ReportWords& words) {
  const v1::RegressionReport& revenue = words.report.next_month_revenue();
  if (const std::string& why = words.report.next_month_revenue_absent(); !why.empty()) {
    return Paragraph(WhyNoForecast(words, why));
  }
  return RegressionTable(words, revenue, words.say(phrase::kNextMonthTask, words.say.Count(revenue.rows())));
}

std::string InputTrialTable(const ReportWords& words) {
  const Speech& say = words.say;
  HtmlTable table({say(phrase::kColumnFeature), say(phrase::kColumnSplits), say(phrase::kColumnAucWithout),
                   say(phrase::kColumnAucWith), say(phrase::kColumnDifference)});
  for (const v1::InputTrial& trial : words.report.input_trials()) {
    table.AddRow({WordCell(words.label(trial.feature())), NumberCell(say.Count(trial.splits())),
                  NumberCell(say.Real(trial.roc_auc_without(), 3)), NumberCell(say.Real(trial.roc_auc_with(), 3)),
                  NumberCell(say.WithInterval(trial.difference(), 4))});
  }
  return Html(table);
}

std::string RepairTable(const ReportWords& words) {
  const Speech& say = words.say;
  HtmlTable table({say(phrase::kColumnSource), say(phrase::kColumnFault), say(phrase::kColumnColumn),
                   say(phrase::kColumnWritten), say(phrase::kColumnTakenFor), say(phrase::kColumnRows)});
  for (const v1::DataRepair& repair : words.report.repairs()) {
    table.AddRow({WordCell(repair.source()), WordCell(Fault(say, repair)), WordCell(repair.column()),
                  WordCell(repair.from()), WordCell(repair.to()), NumberCell(say.Count(repair.rows()))});
  }
  return Html(table);
}

std::string SegmentTable(const ReportWords& words) {
  const Speech& say = words.say;
  double all_profit = 0;
  for (const v1::SegmentDescription& segment : words.report.segments()) all_profit += segment.profit();
  HtmlTable table({say(phrase::kColumnSegment), say(phrase::kColumnCustomers), say(phrase::kColumnShareDeclined),
                   say(phrase::kColumnMeanProbability), say(phrase::kColumnProfit), say(phrase::kColumnShareOfProfit)});
  for (const v1::SegmentDescription& segment : words.report.segments()) {
    const bool any = segment.rows() > 0;
    const double rows = static_cast<double>(segment.rows());
    table.AddRow({WordCell(words.Segment(segment)), NumberCell(say.Count(segment.rows())),
                  NumberCell(any ? say.Percent(static_cast<double>(segment.declined()) / rows) : kNone),
                  NumberCell(any ? say.Percent(segment.mean_probability()) : kNone),
                  NumberCell(say.Real(segment.profit(), 0)),
                  NumberCell(all_profit > 0 ? say.Percent(segment.profit() / all_profit) : kNone)});
  }
  return Html(table);
}

std::string FeatureTable(const ReportWords& words) {
  const Speech& say = words.say;
  HtmlTable table({say(phrase::kColumnFeature), say(phrase::kColumnName), say(phrase::kColumnGroup),
                   say(phrase::kColumnMissing), say(phrase::kColumnQuartilesDeclined),
                   say(phrase::kColumnQuartilesSteady), say(phrase::kColumnRelation), say(phrase::kColumnRelevant),
                   say(phrase::kColumnRemark)});
  for (const v1::FeatureDescription* feature : words.ByStrength()) {
    const v1::NumberDescription& number = feature->number();
    const std::string relation = words.Relation(feature->label());
    table.AddRow({WordCell(words.label(feature->name())), WordCell(feature->name()),
                  WordCell(words.Group(feature->group())), NumberCell(say.Count(feature->missing())),
                  NumberCell(Quartiles(say, number.has_declined(), number.declined())),
                  NumberCell(Quartiles(say, number.has_steady(), number.steady())),
                  NumberCell(relation.empty() ? kNone : relation),
                  WordCell(relation.empty() ? kNone : say(feature->label().relevant() ? phrase::kYes : phrase::kNo)),
                  WordCell(Remark(words, *feature))});
  }
  return Html(table);
}

std::string LineageTable(const ReportWords& words) {
  const Speech& say = words.say;
  const v1::Model& model = words.report.model();
  const v1::ReportLineage& lineage = words.report.lineage();
  HtmlTable table({"", ""});
  const auto add = [&](const Phrase& name, const std::string& value) {
    if (!value.empty()) table.AddRow({WordCell(say(name)), WordCell(value)});
  };
  std::vector<std::string> as_of;
  for (const google::protobuf::Timestamp& time : lineage.as_of())
    as_of.push_back(absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(time.seconds()), absl::UTCTimeZone()));
  const v1::TrainingReport& report = model.report();
  add(phrase::kLineageFamily,
      words.Family(report.family()) + (report.parameters().empty() ? "" : " (" + report.parameters() + ")"));
  add(phrase::kLineageTraining, model.training());
  if (report.training_rows() > 0)
    add(phrase::kLineageRows, say.Count(report.training_rows()) + " · " + say.Count(report.holdout_rows()));
  add(phrase::kLineageAsOf, absl::StrJoin(as_of, ", "));
  add(phrase::kLineageLabel, lineage.label_rule() == "imported" ? say(phrase::kLabelImported) : lineage.label_rule());
  add(phrase::kLineageProfit, lineage.profit_feature());
  if (words.report.has_lineage()) add(phrase::kLineageSeed, std::to_string(lineage.seed()));
  add(phrase::kLineageData, lineage.data_sha256());
  add(phrase::kLineageModel, model.digest());
  add(phrase::kLineageVersion, lineage.version());
  return Html(table);
}

}  // namespace ebb
