// The tables of the page as HTML. Each is empty where its figures are absent.
#pragma once

#include <string>

#include "clients/cli/report/report_words.h"

namespace ebb {

// What was asked of the model, met or not.
std::string CriteriaTable(const ReportWords& words);

// Metrics with their intervals, cross-validated and on the hold-out; without intervals what an older report has.
std::string MetricsTable(const ReportWords& words);

// Confusion and what follows from it, over all thresholds, one table a set.
std::string ThresholdTables(const ReportWords& words);

// Of the first tenths of the rows by score.
std::string GainTable(const ReportWords& words);

// The points of the learning curve.
std::string LearningCurveTable(const ReportWords& words);

// Families compared, with their parameters.
std::string CandidatesTable(const ReportWords& words);

// How well revenue is told from the other features: what was asked, the families, and the best on the hold-out.
std::string RevenueTable(const ReportWords& words);

// The same of the forecast of next month's revenue, or why there is none.
std::string NextMonthRevenue(const ReportWords& words);

// What numbers for the segments would add as inputs.
std::string InputTrialTable(const ReportWords& words);

// What was mended in the imported files.
std::string RepairTable(const ReportWords& words);

std::string SegmentTable(const ReportWords& words);

// Each feature's gaps, quartiles by outcome and relation to the label, the strongest first.
std::string FeatureTable(const ReportWords& words);

// Where the model comes from.
std::string LineageTable(const ReportWords& words);

}  // namespace ebb
