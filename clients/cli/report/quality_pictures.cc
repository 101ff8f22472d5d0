#include "clients/cli/report/quality_pictures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "clients/cli/report/report_phrases.h"

namespace ebb {
namespace {

constexpr SvgChart::Size kSquare{.width = 400, .height = 340};

// Least and greatest of what was seen, with some room around.
class Range {
 public:
  void See(double value) {
    if (!std::isfinite(value)) return;
    least_ = std::min(least_, value);
    greatest_ = std::max(greatest_, value);
  }
  double from() const { return empty() ? 0 : least_ - Room(); }
  double to() const { return empty() ? 1 : greatest_ + Room(); }

 private:
  bool empty() const { return least_ > greatest_; }
  double Room() const { return greatest_ > least_ ? (greatest_ - least_) * 0.06 : 0.01; }
  double least_ = std::numeric_limits<double>::infinity();
  double greatest_ = -std::numeric_limits<double>::infinity();
};

std::vector<Point> RocPoints(const v1::Diagnostics& set) {
  std::vector<Point> points;
  for (const v1::RocPoint& point : set.roc())
    points.push_back({point.false_positive_rate(), point.true_positive_rate()});
  return points;
}

std::vector<Point> PrecisionRecallPoints(const v1::Diagnostics& set) {
  std::vector<Point> points;
  for (const v1::PrecisionRecallPoint& point : set.precision_recall())
    points.push_back({point.recall(), point.precision()});
  return points;
}

std::string WithFigure(const ReportWords& words, const Phrase& set, bool measured, const v1::Estimate& figure) {
  return measured ? words.say(set) + ": " + words.say.WithInterval(figure) : words.say(set);
}

std::string RocPicture(const ReportWords& words) {
  const v1::Diagnostics& cross = words.report.cross_validated();
  const v1::Diagnostics& holdout = words.report.holdout();
  if (cross.roc().empty() && holdout.roc().empty()) return "";
  SvgChart chart(kSquare, words.Shares(phrase::kFalsePositiveRate), words.Shares(phrase::kTruePositiveRate),
                 words.say(phrase::kRocCurve));
  chart.Segment({0, 0}, {1, 1}, "chance");
  chart.Line(RocPoints(cross), "cross");
  chart.Line(RocPoints(holdout), "holdout");
  if (!cross.roc().empty())
    chart.Key("cross", WithFigure(words, phrase::kCrossValidated, cross.has_roc_auc(), cross.roc_auc()));
  if (!holdout.roc().empty())
    chart.Key("holdout", WithFigure(words, phrase::kHoldout, holdout.has_roc_auc(), holdout.roc_auc()));
  chart.Key("chance", words.say(phrase::kChance));
  return Figure(words.say(phrase::kRocCurve) + " · ROC-AUC", chart.Svg());
}

std::string PrecisionRecallPicture(const ReportWords& words) {
  const v1::Diagnostics& cross = words.report.cross_validated();
  const v1::Diagnostics& holdout = words.report.holdout();
  if (cross.precision_recall().empty() && holdout.precision_recall().empty()) return "";
  SvgChart chart(kSquare, words.Shares(phrase::kTruePositiveRate), words.Shares(phrase::kPrecision),
                 words.say(phrase::kPrecisionRecallCurve));
  const v1::Diagnostics& larger = cross.rows() > 0 ? cross : holdout;
  if (larger.rows() > 0) {
    const double share = static_cast<double>(larger.declined()) / static_cast<double>(larger.rows());
    chart.Segment({0, share}, {1, share}, "chance");
    chart.Key("chance", words.say(phrase::kChance));
  }
  chart.Line(PrecisionRecallPoints(cross), "cross");
  chart.Line(PrecisionRecallPoints(holdout), "holdout");
  if (!cross.precision_recall().empty())
    chart.Key("cross", WithFigure(words, phrase::kCrossValidated, cross.has_pr_auc(), cross.pr_auc()));
  if (!holdout.precision_recall().empty())
    chart.Key("holdout", WithFigure(words, phrase::kHoldout, holdout.has_pr_auc(), holdout.pr_auc()));
  return Figure(words.say(phrase::kPrecisionRecallCurve) + " · PR-AUC", chart.Svg());
}

std::string ReliabilityPicture(const ReportWords& words, const v1::Diagnostics& set, const Phrase& name,
                               const std::string& kind) {
  if (set.reliability().empty()) return "";
  SvgChart chart(kSquare, words.Shares(phrase::kMeanProbability), words.Shares(phrase::kShareThatDeclined),
                 words.say(name));
  chart.Segment({0, 0}, {1, 1}, "chance");
  std::vector<Point> points;
  for (const v1::ReliabilityBin& bin : set.reliability()) {
    const v1::Estimate& share = bin.declined_share();
    points.push_back({bin.mean_probability(), share.value()});
    chart.Segment({bin.mean_probability(), share.lower()}, {bin.mean_probability(), share.upper()}, kind + " whisker");
  }
  chart.Dots(points, kind);
  chart.Key("chance", words.say(phrase::kIdeal));
  return Figure(words.say(name), chart.Svg());
}

// The cut at the risk threshold; null where it was not measured.
const v1::ThresholdMetrics* AtThreshold(const google::protobuf::RepeatedPtrField<v1::ThresholdMetrics>& cuts,
                                        double threshold) {
  for (const v1::ThresholdMetrics& cut : cuts) {
    if (std::abs(cut.threshold() - threshold) < 1e-6) return &cut;
  }
  return nullptr;
}

std::string ConfusionPicture(const ReportWords& words, const v1::Diagnostics& set, const v1::MetricSet& fallback,
                             const Phrase& name) {
  const double threshold = words.report.risk_threshold();
  const v1::ThresholdMetrics* cut = AtThreshold(set.thresholds(), threshold);
  if (cut == nullptr) cut = AtThreshold(fallback.thresholds(), threshold);
  if (cut == nullptr) return "";
  const Axis columns{.from = 0,
                     .to = 2,
                     .ticks = {{0.5, words.say(phrase::kCalledDeclined)}, {1.5, words.say(phrase::kCalledSteady)}}};
  SvgChart chart({.width = 340, .height = 170}, columns,
                 RowAxis({words.say(phrase::kDeclined), words.say(phrase::kSteady)}), words.say(name));
  const int64_t counts[2][2] = {{cut->true_positive(), cut->false_negative()},
                                {cut->false_positive(), cut->true_negative()}};
  for (int row = 0; row < 2; ++row) {
    const double all = static_cast<double>(counts[row][0] + counts[row][1]);
    for (int column = 0; column < 2; ++column) {
      const double share = all > 0 ? static_cast<double>(counts[row][column]) / all : 0;
      chart.Box({column + 0.01, row + 0.02}, {column + 0.99, row + 0.98}, row == column ? "right" : "wrong",
                0.08 + 0.5 * share);
      chart.Note({column + 0.5, row + 0.5}, words.say.Count(counts[row][column]) +
                                                (all > 0 ? " (" + words.say.Percent(share) + ")" : std::string()));
    }
  }
  return Figure(words.say(name), chart.Svg());
}

}  // namespace

std::string CandidatesPicture(const ReportWords& words) {
  const auto& candidates = words.report.model().report().candidates();
  if (candidates.empty()) return "";
  Range range;
  std::vector<std::string> names;
  for (const v1::CandidateReport& candidate : candidates) {
    names.push_back(words.Family(candidate.family()));
    range.See(candidate.cv_roc_auc_mean() - candidate.cv_roc_auc_stddev());
    range.See(candidate.cv_roc_auc_mean() + candidate.cv_roc_auc_stddev());
    range.See(candidate.holdout_roc_auc());
  }
  SvgChart chart({.width = 560, .height = 60 + 24.0 * candidates.size()},
                 words.Numbers(range.from(), range.to(), phrase::kRocAuc), RowAxis(names),
                 words.say(phrase::kCandidates));
  std::vector<Point> means, holdouts;
  for (int i = 0; i < candidates.size(); ++i) {
    const v1::CandidateReport& candidate = candidates[i];
    const double mean = candidate.cv_roc_auc_mean(), deviation = candidate.cv_roc_auc_stddev();
    chart.Segment({mean - deviation, i + 0.4}, {mean + deviation, i + 0.4}, "cross whisker");
    means.push_back({mean, i + 0.4});
    holdouts.push_back({candidate.holdout_roc_auc(), i + 0.65});
  }
  chart.Dots(means, "cross");
  chart.Dots(holdouts, "holdout");
  chart.Key("cross", words.say(phrase::kCvMean));
  chart.Key("holdout", words.say(phrase::kHoldout));
  return Figure("", chart.Svg());
}

std::string CurvePictures(const ReportWords& words) { return RocPicture(words) + PrecisionRecallPicture(words); }

std::string ReliabilityPictures(const ReportWords& words) {
  return ReliabilityPicture(words, words.report.cross_validated(), phrase::kCrossValidated, "cross") +
         ReliabilityPicture(words, words.report.holdout(), phrase::kHoldout, "holdout");
}

std::string ConfusionPictures(const ReportWords& words) {
  const v1::TrainingReport& training = words.report.model().report();
  return ConfusionPicture(words, words.report.cross_validated(), training.cross_validated(), phrase::kCrossValidated) +
         ConfusionPicture(words, words.report.holdout(), training.holdout(), phrase::kHoldout);
}

std::string LearningCurvePicture(const ReportWords& words) {
  const auto& curve = words.report.learning_curve();
  if (curve.empty()) return "";
  Range rows, values;
  std::vector<Point> training, holdout;
  for (const v1::LearningPoint& point : curve) {
    const double count = static_cast<double>(point.rows());
    rows.See(count);
    values.See(point.training_roc_auc());
    values.See(point.holdout_roc_auc());
    training.push_back({count, point.training_roc_auc()});
    holdout.push_back({count, point.holdout_roc_auc()});
  }
  SvgChart chart({}, words.Numbers(rows.from(), rows.to(), phrase::kRowsFitted),
                 words.Numbers(values.from(), values.to(), phrase::kRocAuc), words.say(phrase::kLearningCurve));
  chart.Line(training, "training");
  chart.Dots(training, "training");
  chart.Line(holdout, "holdout");
  chart.Dots(holdout, "holdout");
  chart.Key("training", words.say(phrase::kTraining));
  chart.Key("holdout", words.say(phrase::kHoldout));
  return Figure("", chart.Svg());
}

}  // namespace ebb
