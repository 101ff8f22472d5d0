#include "clients/cli/report/report_for_test.h"

#include <stdexcept>
#include <string>

#include "google/protobuf/text_format.h"

namespace ebb {
namespace {

constexpr char kModel[] = R"(
  name: "models/3" version: 3 state: CHAMPION create_time { seconds: 1790000000 } training: "trainings/7"
  digest: "aa11" size_bytes: 1000
  report {
    family: "stack" parameters: "random_forest=0.6 logistic_regression=0.4" training_rows: 900 holdout_rows: 300
    holdout_rows_by: LATEST holdout_from { seconds: 1772323200 } purged_rows: 121
    training { roc_auc: 0.98 pr_auc: 0.97 log_loss: 0.2 brier: 0.05 }
    cross_validated { roc_auc: 0.9 pr_auc: 0.85 log_loss: 0.4 brier: 0.1 }
    holdout { roc_auc: 0.92 pr_auc: 0.88 log_loss: 0.35 brier: 0.09 }
    training_set {
      rows: 1200 declined: 480
      exclusions { reason: "no_revenue_in_a_month" rows: 3 }
      exclusions { reason: "revenue_outlier" rows: 1 }
    }
    profit_tiers { lower: 3 upper: 5 }
    champion_comparison {
      champion_version: 2 rule: PAIRED_SPLITS decision: PROMOTED splits: 8 champion_roc_auc: 0.913
      challenger_roc_auc: 0.911 difference: -0.002 standard_error: 0.0031 t: -0.645 lower: -0.0093 upper: 0.0053
    }
    candidates { family: "stack" cv_roc_auc_mean: 0.91 cv_roc_auc_stddev: 0.02 holdout_roc_auc: 0.92 }
    candidates { family: "random_forest" parameters: "trees=500" cv_roc_auc_mean: 0.9 cv_roc_auc_stddev: 0.03
                 holdout_roc_auc: 0.9 }
  })";

constexpr char kFeatures[] = R"(
  features {
    name: "pages_per_visit_3m" group: "site" input: true missing: 4
    called { en: "Pages opened in a visit" ru: "страниц за визит, среднее за три месяца" }
    description: "Pages opened in a visit (column \"Страниц_за_визит\")."
    number {
      declined { least: 1 lower: 2 median: 3 upper: 4 greatest: 9 mean: 3 }
      steady { least: 2 lower: 5 median: 7 upper: 9 greatest: 20 mean: 7.5 }
      outliers: 2 distinct: 20
      histogram { from: 1 to: 5 declined: 400 steady: 200 }
      histogram { from: 5 to: 20 declined: 80 steady: 520 }
    }
    label { measure: ROC_AUC strength { value: 0.2 lower: 0.17 upper: 0.23 } relevant: true }
  }
  features {
    name: "promo_purchase_share_6m" group: "product" lever: true input: true
    description: "Share of purchases with something on promotion."
    called { en: "Share of purchases with something on promotion" ru: "доля покупок по акции за полгода" }
    number {
      declined { lower: 0.2 median: 0.4 upper: 0.6 }
      steady { lower: 0.1 median: 0.2 upper: 0.3 }
      histogram { from: 0 to: 0.5 declined: 280 steady: 600 }
      histogram { from: 0.5 to: 1 declined: 200 steady: 120 }
    }
    label { measure: ROC_AUC strength { value: 0.65 lower: 0.6 upper: 0.7 } relevant: true }
  }
  features {
    name: "service_tier" group: "communication" lever: true input: true description: "Service tier of the customer."
    called { en: "Service tier of the customer" ru: "тип сервиса" }
    category {
      counts { value: "standard" declined: 300 steady: 600 }
      counts { value: "premium" declined: 180 steady: 120 }
      counts { value: "once" declined: 1 steady: 0 }
    }
    label { measure: CRAMERS_V strength { value: 0.21 lower: 0.15 upper: 0.27 } relevant: true }
  }
  features {
    name: "service_errors_3m" group: "site" lever: true input: true description: "Times the site failed the customer."
    called { en: "Times the site failed the customer" ru: "сбоев сайта за три месяца" }
    number { histogram { from: 0 to: 9 declined: 480 steady: 720 } }
    label { measure: ROC_AUC strength { value: 0.51 lower: 0.48 upper: 0.54 } }
  }
  features {
    name: "profit_3m_avg" group: "purchase" description: "Profit a month."
    called { en: "Profit a month" ru: "прибыль в месяц, среднее за три месяца" }
    number { histogram { from: 1 to: 9 declined: 480 steady: 720 } }
  }
  associations {
    features: "pages_per_visit_3m" features: "promo_purchase_share_6m"
    values: 1 values: 0.4 values: 0.4 values: nan
    signs: 1 signs: -0.4 signs: -0.4 signs: 0
  }
  findings { kind: MISSING feature: "pages_per_visit_3m" count: 4 }
  findings { kind: NEAR_DUPLICATE feature: "pages_per_visit_3m" other: "promo_purchase_share_6m" figure: 0.97 }
  findings { kind: DUPLICATE_ROWS count: 5 }
  repairs {
    kind: TYPING_ERROR source: "contacts.csv" column: "Тип сервиса" from: "стандартт" to: "стандарт" rows: 2
  }
  repairs { kind: REPEATED_ROWS source: "money.csv" rows: 3 })";

constexpr char kImportances[] = R"(
  importances {
    permutation_rows: 900 shapley_rows: 300 scale: "log_odds"
    features {
      name: "pages_per_visit_3m" matters: true direction: -0.9
      permutation { value: 0.08 lower: 0.06 upper: 0.1 } mean_absolute_shapley { value: 0.9 lower: 0.8 upper: 1 }
    }
    features {
      name: "promo_purchase_share_6m" matters: true direction: 0.8
      permutation { value: 0.03 lower: 0.02 upper: 0.04 } mean_absolute_shapley { value: 0.4 lower: 0.3 upper: 0.5 }
    }
    features {
      name: "service_tier" matters: true
      permutation { value: 0.02 lower: 0.01 upper: 0.03 } mean_absolute_shapley { value: 0.3 lower: 0.2 upper: 0.4 }
    }
    features {
      name: "service_errors_3m" permutation { value: 0.001 lower: -0.002 upper: 0.004 }
      mean_absolute_shapley { value: 0.1 lower: 0.05 upper: 0.15 }
    }
    groups { group: "site" permutation { value: 0.09 lower: 0.07 upper: 0.11 } mean_absolute_shapley { value: 1 } }
    groups { group: "product" permutation { value: 0.03 lower: 0.02 upper: 0.04 } mean_absolute_shapley { value: 0.4 } }
  }
  shapley {
    columns { feature: "pages_per_visit_3m" contributions: [1, 0.9, -0.8, nan] ranks: [0, 0.2, 1, 0.5] }
    columns { feature: "service_tier" contributions: [0.1, -0.1, 0, 0.1] ranks: [nan, nan, nan, nan] }
  })";

constexpr char kQuality[] = R"(
  risk_threshold: 0.7
  criteria {
    metric: "holdout_roc_auc" above: true bound: 0.91 measured { value: 0.92 lower: 0.88 upper: 0.95 }
    repeated_splits { value: 0.91 lower: 0.89 upper: 0.94 } splits: 20 splits_met: 13 met: true
  }
  criteria { metric: "holdout_calibration_error" bound: 0.05 measured { value: 0.06 lower: 0.04 upper: 0.08 } }
  criteria {
    metric: "holdout_revenue_smape" bound: 15 measured { value: 4.4 lower: 4.1 upper: 4.8 }
    repeated_splits { value: 4.5 lower: 4.2 upper: 4.9 } splits: 8 splits_met: 8 met: true
  }
  revenue {
    target: "revenue_month_0" rows: 1199
    candidates { family: "gradient_boosting" parameters: "trees=300 learning_rate=0.1" cv_smape_mean: 4.45
                 cv_smape_stddev: 0.21 cv_mean_absolute_error: 211.5 }
    candidates { family: "median" cv_smape_mean: 12.5 cv_smape_stddev: 0.4 cv_mean_absolute_error: 640 }
    smape { value: 4.4 lower: 4.1 upper: 4.8 } mean_absolute_error { value: 210.1 lower: 190 upper: 230 }
  }
  next_month_revenue {
    target: "next_month_revenue" rows: 1100
    candidates { family: "average" parameters: "trees=200 learning_rate=0.1" cv_smape_mean: 21.5
                 cv_smape_stddev: 0.6 cv_mean_absolute_error: 480 }
    candidates { family: "median" cv_smape_mean: 40.25 cv_smape_stddev: 0.9 cv_mean_absolute_error: 900 }
    smape { value: 22.1 lower: 20.4 upper: 23.9 } mean_absolute_error { value: 501.2 lower: 460 upper: 540 }
  }
  input_trials {
    feature: "profit_3m_avg" splits: 8 roc_auc_without: 0.912 roc_auc_with: 0.9131
    difference { value: 0.0011 lower: -0.0042 upper: 0.0064 }
  }
  learning_curve { rows: 300 training_roc_auc: 0.99 holdout_roc_auc: 0.85 }
  learning_curve { rows: 900 training_roc_auc: 0.98 holdout_roc_auc: 0.92 }
  segments { profit_tier: "low" rows: 300 declined: 60 profit: 600 mean_probability: 0.2 }
  segments { profit_tier: "middle" rows: 480 declined: 96 profit: 1920 mean_probability: 0.2 }
  segments { profit_tier: "middle" at_risk: true rows: 120 declined: 96 profit: 480 mean_probability: 0.82 }
  segments { profit_tier: "high" rows: 300 declined: 228 profit: 1000 mean_probability: 0.75 at_risk: true }
  profit_by_risk { profit: 4 probability: 0.9 declined: true }
  profit_by_risk { profit: 4.5 probability: 0.2 }
  profit_by_risk { profit: 2 probability: 0.4 declined: true }
  lineage {
    data_sha256: "bb22" as_of { seconds: 1780000000 } seed: 42 label_rule: "imported" version: "0.1.0"
    profit_feature: "profit_3m_avg" horizon_months: 3
  })";

constexpr char kDiagnostics[] = R"(
  rows: 300 declined: 120
  roc_auc { value: 0.92 lower: 0.88 upper: 0.95 } pr_auc { value: 0.88 lower: 0.82 upper: 0.93 }
  brier { value: 0.09 lower: 0.07 upper: 0.11 } log_loss { value: 0.35 lower: 0.3 upper: 0.4 }
  calibration_error { value: 0.032 lower: 0.02 upper: 0.05 }
  roc { } roc { false_positive_rate: 0.1 true_positive_rate: 0.8 } roc { false_positive_rate: 1 true_positive_rate: 1 }
  precision_recall { recall: 0 precision: 1 } precision_recall { recall: 1 precision: 0.4 }
  reliability { mean_probability: 0.15 declined_share { value: 0.1 lower: 0.06 upper: 0.15 } rows: 200 }
  reliability { mean_probability: 0.85 declined_share { value: 0.9 lower: 0.8 upper: 0.95 } rows: 100 }
  thresholds {
    threshold: 0.7 f1: 0.8 recall: 0.75 precision: 0.9 accuracy: 0.87
    true_positive: 90 false_positive: 10 true_negative: 170 false_negative: 30
  }
  gain { share: 0.1 gain: 0.24 lift: 2.4 }
  gain { share: 1 gain: 1 lift: 1 })";

template <typename Message>
void Read(const char* text, Message* message) {
  google::protobuf::TextFormat::Parser parser;
  Message part;
  if (!parser.ParseFromString(text, &part)) throw std::logic_error(std::string("cannot read the report: ") + text);
  message->MergeFrom(part);
}

}  // namespace

v1::ModelReport FullReport() {
  v1::ModelReport report;
  Read(kModel, report.mutable_model());
  Read(kFeatures, &report);
  Read(kImportances, &report);
  Read(kQuality, &report);
  Read(kDiagnostics, report.mutable_holdout());
  Read(kDiagnostics, report.mutable_cross_validated());
  report.mutable_cross_validated()->mutable_roc_auc()->set_value(0.9);
  return report;
}

}  // namespace ebb
