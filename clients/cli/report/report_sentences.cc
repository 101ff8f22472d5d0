#include "clients/cli/report/report_sentences.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "clients/cli/report/feature_label.h"
#include "clients/cli/report/sentence_phrases.h"

namespace ebb {
namespace {

// Sentences about features that decide; the tables have the others.
constexpr size_t kTold = 5;
// The same about what was mended in imported files.
constexpr size_t kRepairsTold = 5;
// Weaker correlations of value and contribution are no direction.
constexpr double kDirection = 0.1;
// A value of a category is named from so many rows on.
constexpr int64_t kEnoughRows = 20;
// A difference of ROC-AUC that nobody has to know of.
constexpr double kSmallGap = 0.02;

class Writer {
 public:
  Writer(const v1::ModelReport& report, ReportLanguage language)
      : report_(report), say_(language), labels_(report, language) {
    for (const v1::FeatureDescription& feature : report.features()) described_[feature.name()] = &feature;
  }

  std::vector<std::string> Data() const {
    std::vector<std::string> sentences;
    const v1::TrainingReport& training = report_.model().report();
    const v1::TrainingSetSummary& set = training.training_set();
    if (set.rows() > 0) {
      sentences.push_back(say_(phrase::kRead, say_.Counted(set.rows(), phrase::kRowNoun), say_.Count(set.declined()),
                               say_.Percent(static_cast<double>(set.declined()) / static_cast<double>(set.rows()))));
    }
    for (const v1::ExclusionCount& exclusion : set.exclusions()) {
      sentences.push_back(
          say_(phrase::kLeftOut, say_.Counted(exclusion.rows(), phrase::kRowNoun), Reason(exclusion.reason())));
    }
    AddRepairs(&sentences);
    for (const v1::DataFinding& finding : report_.findings()) {
      if (std::string sentence = Finding(finding); !sentence.empty()) sentences.push_back(std::move(sentence));
    }
    if (report_.findings().empty()) {
      // The same as the trainer wrote it down, in English.
      for (const std::string& finding : training.data_findings()) sentences.push_back(finding);
      if (training.data_findings().empty() && set.rows() > 0) sentences.push_back(say_(phrase::kNothingFound));
    }
    return sentences;
  }

  std::vector<std::string> Decides() const {
    std::vector<std::string> sentences;
    for (const v1::FeatureImportance& feature : report_.importances().features()) {
      if (feature.matters() && sentences.size() < kTold) sentences.push_back(Weight(feature));
    }
    if (sentences.empty() && report_.importances().features_size() > 0)
      sentences.push_back(say_(phrase::kNothingDecides));
    return sentences;
  }

  std::vector<std::string> DoesNotMatter() const {
    std::vector<std::string> names;
    for (const v1::FeatureImportance& feature : report_.importances().features()) {
      if (!feature.matters()) names.push_back(Quoted(feature.name()));
    }
    if (names.empty()) return {};
    return {say_(phrase::kNoWeight, absl::StrJoin(names, ", "))};
  }

  std::vector<std::string> Tried() const {
    std::vector<std::string> sentences;
    for (const v1::InputTrial& trial : report_.input_trials()) {
      const v1::Estimate& difference = trial.difference();
      sentences.push_back(say_(difference.lower() > 0   ? phrase::kWouldAdd
                               : difference.upper() < 0 ? phrase::kWouldHarm
                                                        : phrase::kWouldAddNothing,
                               Quoted(trial.feature()), say_.Counted(trial.splits(), phrase::kOnSplits),
                               say_.Real(trial.roc_auc_with(), 3), say_.Real(trial.roc_auc_without(), 3),
                               say_.Real(difference.value(), 4), say_.Real(difference.lower(), 4),
                               say_.Real(difference.upper(), 4)));
    }
    return sentences;
  }

  std::vector<std::string> Levers() const {
    std::vector<std::string> sentences;
    bool any = false;
    for (const v1::FeatureImportance& feature : report_.importances().features()) {
      const v1::FeatureDescription* described = Described(feature.name());
      if (described == nullptr || !described->lever()) continue;
      any = true;
      if (!feature.matters()) continue;
      sentences.push_back(say_(feature.direction() > kDirection    ? phrase::kLeverRising
                               : feature.direction() < -kDirection ? phrase::kLeverFalling
                                                                   : phrase::kLeverNoDirection,
                               Quoted(feature.name())));
    }
    if (!sentences.empty()) sentences.push_back(say_(phrase::kLeverCaution));
    if (sentences.empty() && any) sentences.push_back(say_(phrase::kNoLever));
    return sentences;
  }

  std::vector<std::string> Target() const {
    if (report_.segments().empty()) return {};
    int64_t rows = 0, all_rows = 0, declined = 0;
    double profit = 0, all_profit = 0, announced = 0;
    for (const v1::SegmentDescription& segment : report_.segments()) {
      all_rows += segment.rows();
      all_profit += segment.profit();
      if (segment.profit_tier() != "middle" || !segment.at_risk()) continue;
      rows = segment.rows();
      declined = segment.declined();
      profit = segment.profit();
      announced = segment.mean_probability();
    }
    const std::string threshold = say_.Amount(report_.risk_threshold());
    if (rows == 0) return {say_(phrase::kTargetEmpty, threshold)};
    // Of losses there are no shares.
    const std::string share =
        all_profit > 0 && profit >= 0 ? say_(phrase::kTargetShareOfProfit, say_.Percent(profit / all_profit)) : "";
    // A customer is a row of each as-of time.
    const Noun& noun = report_.lineage().as_of_size() > 1 ? phrase::kRowNoun : phrase::kCustomerNoun;
    const double count = static_cast<double>(rows);
    return {
        say_(phrase::kTargetSegment, threshold, say_.Counted(rows, noun),
             say_.Percent(count / static_cast<double>(all_rows)), say_.Real(profit, 0), share),
        say_(phrase::kTargetDeclined, say_.Percent(static_cast<double>(declined) / count), say_.Percent(announced))};
  }

  std::vector<std::string> Limits() const {
    std::vector<std::string> sentences;
    const v1::Diagnostics& holdout = report_.holdout();
    const v1::TrainingReport& training = report_.model().report();
    AddHoldout(training, &sentences);
    if (holdout.has_roc_auc()) {
      sentences.push_back(say_(phrase::kHoldoutInterval, say_.Counted(holdout.rows(), phrase::kOfRowsNoun),
                               say_.Real(holdout.roc_auc().value(), 2), say_.Real(holdout.roc_auc().lower(), 2),
                               say_.Real(holdout.roc_auc().upper(), 2)));
    }
    const v1::Diagnostics& calibrated = holdout.has_calibration_error() ? holdout : report_.cross_validated();
    if (calibrated.has_calibration_error()) {
      sentences.push_back(say_(phrase::kCalibrationOff, say_.Real(calibrated.calibration_error().value() * 100, 1)));
    }
    if (training.has_training() && training.has_holdout()) {
      const double gap = training.training().roc_auc() - training.holdout().roc_auc();
      const std::string learnt = say_.Real(training.training().roc_auc(), 2);
      const std::string held = say_.Real(training.holdout().roc_auc(), 2);
      sentences.push_back(gap > kSmallGap ? say_(phrase::kGap, learnt, held, say_.Real(gap, 2))
                                          : say_(phrase::kNoGap, learnt, held));
    }
    AddChampionComparison(training.champion_comparison(), &sentences);
    if (training.champion_saw_holdout()) sentences.push_back(say_(phrase::kChampionFlattered));
    return sentences;
  }

 private:
  // The most frequent ones; the others together.
  void AddRepairs(std::vector<std::string>* sentences) const {
    std::vector<const v1::DataRepair*> repairs;
    for (const v1::DataRepair& repair : report_.repairs()) repairs.push_back(&repair);
    std::ranges::stable_sort(repairs, std::greater(), [](const v1::DataRepair* repair) { return repair->rows(); });
    int64_t more = 0, rows = 0;
    for (size_t i = 0; i < repairs.size(); ++i) {
      if (i >= kRepairsTold) {
        ++more, rows += repairs[i]->rows();
      } else if (std::string sentence = Repair(*repairs[i]); !sentence.empty()) {
        sentences->push_back(std::move(sentence));
      }
    }
    if (more > 0) {
      sentences->push_back(say_(phrase::kMoreRepairs, say_.Count(more), say_.Counted(rows, phrase::kInRows)));
    }
  }

  std::string Repair(const v1::DataRepair& repair) const {
    switch (repair.kind()) {
      case v1::DataRepair::TYPING_ERROR:
        return Word(phrase::kTypingError, repair);
      case v1::DataRepair::LETTER_CASE:
        return Word(phrase::kLetterCase, repair);
      case v1::DataRepair::REPEATED_ROWS:
        return say_(phrase::kRepeatedRows, repair.source(), say_.Count(repair.rows()));
      case v1::DataRepair::UNMATCHED_ROWS:
        return say_(phrase::kUnmatchedRows, repair.source(), say_.Count(repair.rows()));
      default:
        return "";  // of a newer importer
    }
  }

  std::string Word(const Phrase& phrase, const v1::DataRepair& repair) const {
    return say_(phrase, repair.source(), say_.Counted(repair.rows(), phrase::kInRows), say_.Quoted(repair.from()),
                say_.Quoted(repair.to()));
  }

  void AddHoldout(const v1::TrainingReport& training, std::vector<std::string>* sentences) const {
    const std::string rows = say_.Counted(training.holdout_rows(), phrase::kRowNoun);
    if (training.holdout_rows_by() == v1::TrainingOptions::CUSTOMERS) {
      sentences->push_back(say_(phrase::kHeldOutCustomers, rows));
    } else if (training.holdout_rows_by() == v1::TrainingOptions::LATEST) {
      const absl::Time from = absl::FromUnixSeconds(training.holdout_from().seconds());
      const char* format = say_.russian() ? "%d.%m.%Y" : "%Y-%m-%d";
      sentences->push_back(say_(phrase::kHeldOutLatest, absl::FormatTime(format, from, absl::UTCTimeZone()), rows,
                                say_.Counted(training.purged_rows(), phrase::kRowNoun)));
    }
  }

  void AddChampionComparison(const v1::ChampionComparison& comparison, std::vector<std::string>* sentences) const {
    const bool on_splits = comparison.rule() == v1::ChampionComparison::PAIRED_SPLITS;
    if (!on_splits && comparison.rule() != v1::ChampionComparison::HOLDOUT) return;
    const std::string champion = say_.Count(comparison.champion_version());
    const std::string own = say_.Real(comparison.challenger_roc_auc(), 3);
    const std::string other = say_.Real(comparison.champion_roc_auc(), 3);
    sentences->push_back(on_splits
                             ? say_(phrase::kComparedOnSplits, say_.Counted(comparison.splits(), phrase::kOnSplits),
                                    champion, own, other, say_.Real(comparison.difference(), 4),
                                    say_.Real(comparison.lower(), 4), say_.Real(comparison.upper(), 4))
                             : say_(phrase::kComparedOnHoldout, champion, own, other));
    const bool promoted = comparison.decision() == v1::ChampionComparison::PROMOTED;
    if (comparison.decision() == v1::ChampionComparison::NOT_ASKED) {
      sentences->push_back(say_(phrase::kPromotionNotAsked));
    } else if (on_splits) {
      sentences->push_back(
          say_(promoted ? phrase::kNotWorse : phrase::kWorse, say_.Real(-comparison.standard_error(), 4)));
    } else {
      sentences->push_back(say_(promoted ? phrase::kNotWorseOnHoldout : phrase::kWorseOnHoldout));
    }
  }

  const v1::FeatureDescription* Described(const std::string& name) const {
    const auto found = described_.find(name);
    return found == described_.end() ? nullptr : found->second;
  }

  std::string Quoted(const std::string& feature) const { return say_.Quoted(labels_(feature)); }

  std::string Reason(const std::string& reason) const {
    const std::pair<const char*, Phrase> known[] = {{"unlabelled", phrase::kUnlabelled},
                                                    {"label_not_mature", phrase::kLabelNotMature},
                                                    {"not_active", phrase::kNotActive},
                                                    {"no_revenue_in_a_month", phrase::kNoRevenueInAMonth},
                                                    {"revenue_outlier", phrase::kRevenueOutlier}};
    for (const auto& [name, text] : known) {
      if (reason == name) return say_(text);
    }
    return reason;
  }

  std::string Finding(const v1::DataFinding& finding) const {
    const std::string feature = Quoted(finding.feature());
    switch (finding.kind()) {
      case v1::DataFinding::CONSTANT:
        return say_(phrase::kConstant, feature);
      case v1::DataFinding::EMPTY:
        return say_(phrase::kEmpty, feature);
      case v1::DataFinding::NOT_COVERED:
        return say_(phrase::kNotCovered, feature);
      case v1::DataFinding::MISSING:
        return say_(phrase::kMissing, feature, say_.Counted(finding.count(), phrase::kInRows));
      case v1::DataFinding::OUTLIERS:
        return say_(phrase::kOutliers, feature, say_.Counted(finding.count(), phrase::kInRows));
      case v1::DataFinding::NEAR_DUPLICATE:
        return say_(phrase::kNearDuplicate, feature, Quoted(finding.other()), say_.Real(finding.figure(), 2));
      case v1::DataFinding::LEAKING:
        return say_(phrase::kLeaking, feature, say_.Real(finding.figure(), 2));
      case v1::DataFinding::DUPLICATE_ROWS:
        return say_(phrase::kDuplicateRows, say_.Count(finding.count()));
      case v1::DataFinding::IMBALANCE:
        return say_(phrase::kImbalance, say_.Percent(finding.figure()));
      default:
        return "";  // of a newer trainer
    }
  }

  // The value of a category at which the greatest share declined.
  const v1::CategoryCount* Riskiest(const v1::CategoryDescription& category) const {
    const v1::CategoryCount* riskiest = nullptr;
    double greatest = -1;
    for (const v1::CategoryCount& count : category.counts()) {
      const int64_t rows = count.declined() + count.steady();
      if (rows < kEnoughRows || count.value() == "…") continue;
      const double share = static_cast<double>(count.declined()) / static_cast<double>(rows);
      if (share > greatest) riskiest = &count, greatest = share;
    }
    return riskiest;
  }

  std::string Weight(const v1::FeatureImportance& feature) const {
    const std::string cost = say_.Real(feature.permutation().value(), 3);
    const v1::FeatureDescription* described = Described(feature.name());
    if (described != nullptr && described->has_category()) {
      if (const v1::CategoryCount* value = Riskiest(described->category())) {
        const double rows = static_cast<double>(value->declined() + value->steady());
        return say_(phrase::kByValue, Quoted(feature.name()), say_.Quoted(value->value()),
                    say_.Percent(static_cast<double>(value->declined()) / rows), cost);
      }
    }
    return say_(feature.direction() > kDirection    ? phrase::kRising
                : feature.direction() < -kDirection ? phrase::kFalling
                                                    : phrase::kNoDirection,
                Quoted(feature.name()), cost);
  }

  const v1::ModelReport& report_;
  const Speech say_;
  const FeatureLabels labels_;
  std::map<std::string, const v1::FeatureDescription*> described_;
};

}  // namespace

ReportSentences SayReport(const v1::ModelReport& report, ReportLanguage language) {
  const Writer writer(report, language);
  return {.data = writer.Data(),
          .decides = writer.Decides(),
          .does_not_matter = writer.DoesNotMatter(),
          .tried = writer.Tried(),
          .levers = writer.Levers(),
          .target = writer.Target(),
          .limits = writer.Limits()};
}

}  // namespace ebb
