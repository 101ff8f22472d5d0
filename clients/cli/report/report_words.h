// A report together with what its names are called in a language: what pictures and tables are made of.
#pragma once

#include <string>
#include <vector>

#include "clients/cli/report/feature_label.h"
#include "clients/cli/report/report_language.h"
#include "clients/cli/report/svg_chart.h"
#include "ebb/v1/model_report.pb.h"

namespace ebb {

// Keeps a reference to the report. Names that are not known stand as they are.
class ReportWords {
 public:
  ReportWords(const v1::ModelReport& report, ReportLanguage language)
      : report(report), say(language), label(report, language) {}

  // "site" -> "поведение на сайте"
  std::string Group(const std::string& name) const;
  // "log_odds" -> "log odds"
  std::string Scale() const;
  // "holdout_roc_auc" -> "ROC-AUC on the hold-out"
  std::string Metric(const std::string& name) const;
  // "random_forest" -> "random forest"
  std::string Family(const std::string& name) const;
  std::string Segment(const v1::SegmentDescription& segment) const;
  // "Cramér's V 0.21 (0.15–0.27)"; empty where it was not measured.
  std::string Relation(const v1::LabelRelation& relation) const;

  // The features, those that tell most of the label first.
  std::vector<const v1::FeatureDescription*> ByStrength() const;

  // An axis with round numbers on it.
  Axis Numbers(double from, double to, const Phrase& label, int count = 5) const;
  Axis Numbers(double from, double to, std::string label, int count = 5) const;
  // From 0 to 1.
  Axis Shares(const Phrase& label) const { return Numbers(0, 1, label); }

  const v1::ModelReport& report;
  const Speech say;
  const FeatureLabels label;
};

// A picture under its caption, which may be empty; nothing where there is no picture.
std::string Figure(const std::string& caption, const std::string& picture);

}  // namespace ebb
