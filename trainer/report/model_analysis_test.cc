#include "trainer/report/model_analysis.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <cmath>

#include "absl/strings/str_cat.h"
#include "trainer/fit/random_stream.h"
#include "trainer/testing/small_regressors.h"
#include "trainer/training_options.h"

namespace ebb::trainer {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::Lt;

constexpr int kRows = 600;

FeatureSpec Spec(const std::string& name, const std::string& group, FeatureKind kind = FeatureKind::kNumber,
                 FeatureRole role = FeatureRole::kInput) {
  FeatureSpec spec;
  spec.name = name;
  spec.group = group;
  spec.kind = kind;
  spec.role = role;
  return spec;
}

// Who visits rarely declines, who complains a little rather does; the tier tells nothing. The data has its faults.
Dataset Shop() {
  FeatureSchema schema({Spec("visits", "site"), Spec("visits_twice", "site"), Spec("complaints", "product"),
                        Spec("tier", "product", FeatureKind::kCategory), Spec("constant", "site"),
                        Spec("profit", "", FeatureKind::kNumber, FeatureRole::kSegment),
                        Spec("revenue_month_0", "", FeatureKind::kNumber, FeatureRole::kSegment)});
  DatasetBuilder builder(std::move(schema));
  RandomStream random(11, 0), luck(12, 0);
  for (int i = 0; i < kRows; ++i) {
    const bool declined = random.Share() < 0.4;
    const double visits = std::floor(random.Share() * 10 + (declined ? 0 : 4));
    const double complaints = random.Share() + (declined ? 0.4 : 0);
    const FeatureValue complained = i % 50 == 0 ? FeatureValue{} : FeatureValue::Number(complaints);
    const double twice = i == 7 ? 1000 : visits * 2 + random.Share() * 0.01;
    EXPECT_TRUE(builder
                    .AddRow(absl::StrCat("c", i), 0,
                            {FeatureValue::Number(visits), FeatureValue::Number(twice), complained,
                             FeatureValue::Category(random.Share() < 0.3 ? "premium" : "standard"),
                             FeatureValue::Number(3), FeatureValue::Number(random.Share() * 100),
                             FeatureValue::Number(100 + 10 * visits + 150 * luck.Share())},
                            declined)
                    .ok());
  }
  return *std::move(builder).Build(1);
}

class Analysis : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    dataset_ = new Dataset(Shop());
    left_out_ = InputsToLeaveOut(*dataset_, {});
    seen_ = new Dataset(dataset_->Without({"constant"}));
    split_ = *StratifiedHoldout(*dataset_, 0.25);
    TrainingOptions core;
    core.grid = *ParseGrid(
        "logistic_regression { c: [1] } decision_tree { max_depth: [4] min_leaf: [10] } extra_trees { trees: [20] "
        "min_leaf: [3] }");
    core.segment_feature = "profit";
    outcome_ = new TrainingOutcome(*RunSearchAndFit(*seen_, core));
    report_ = new v1::ModelReport(Analyse(1)->report);
  }

  static absl::StatusOr<ModelAnalysis> Analyse(int threads, const std::function<bool()>& cancelled = nullptr) {
    static const auto* options = new v1::TrainingOptions(DefaultTrainingOptions());
    return AnalyseModel({.dataset = *dataset_,
                         .seen = *seen_,
                         .split = split_,
                         .left_out = left_out_,
                         .outcome = *outcome_,
                         .regressors = SmallRegressors(),
                         .options = *options,
                         .threads = threads,
                         .cancelled = cancelled,
                         .progress = nullptr});
  }

  static const v1::FeatureDescription& Feature(const std::string& name) {
    for (const auto& feature : report_->features()) {
      if (feature.name() == name) return feature;
    }
    ADD_FAILURE() << "no feature " << name;
    return report_->features(0);
  }

  static inline const Dataset* dataset_ = nullptr;
  static inline const Dataset* seen_ = nullptr;
  static inline std::vector<LeftOutInput> left_out_;
  static inline HoldoutSplit split_;
  static inline const TrainingOutcome* outcome_ = nullptr;
  static inline const v1::ModelReport* report_ = nullptr;
};

TEST_F(Analysis, IsTheSameOnAnyNumberOfThreads) {
  google::protobuf::util::MessageDifferencer differences;
  differences.set_float_comparison(google::protobuf::util::MessageDifferencer::EXACT);
  std::string text;
  differences.ReportDifferencesToString(&text);
  const v1::ModelReport other = Analyse(3)->report;
  EXPECT_TRUE(report_->SerializeAsString() == other.SerializeAsString() || differences.Compare(*report_, other))
      << text;
}

TEST_F(Analysis, EndsOnRequest) {
  EXPECT_EQ(Analyse(1, [] { return true; }).status().code(), absl::StatusCode::kCancelled);
}

TEST_F(Analysis, DescribesEachFeatureByClass) {
  const v1::FeatureDescription& visits = Feature("visits");
  EXPECT_TRUE(visits.input());
  EXPECT_EQ(visits.group(), "site");
  EXPECT_LT(visits.number().declined().median(), visits.number().steady().median());
  int64_t declined = 0, steady = 0;
  for (const v1::HistogramBin& bin : visits.number().histogram()) {
    EXPECT_DOUBLE_EQ(bin.to() - bin.from(), 1) << "whole numbers get bins of whole width";
    declined += bin.declined();
    steady += bin.steady();
  }
  EXPECT_EQ(declined, static_cast<int64_t>(dataset_->positives()));
  EXPECT_EQ(declined + steady, kRows);
  EXPECT_EQ(Feature("complaints").missing(), kRows / 50);
  EXPECT_EQ(Feature("tier").category().counts(0).value(), "standard") << "the most frequent first";
  EXPECT_FALSE(Feature("profit").input());
  EXPECT_EQ(Feature("constant").left_out(), "is the same in every row");
}

TEST_F(Analysis, SaysWhatAFeatureTellsAlone) {
  const v1::LabelRelation& visits = Feature("visits").label();
  EXPECT_EQ(visits.measure(), v1::LabelRelation::ROC_AUC);
  EXPECT_LT(visits.strength().value(), 0.3) << "the fewer the likelier";
  EXPECT_TRUE(visits.relevant());
  EXPECT_GT(Feature("complaints").label().strength().value(), 0.6);
  const v1::LabelRelation& tier = Feature("tier").label();
  EXPECT_EQ(tier.measure(), v1::LabelRelation::CRAMERS_V);
  EXPECT_FALSE(tier.relevant());
  EXPECT_FALSE(Feature("constant").label().relevant());
}

TEST_F(Analysis, FindsTheFaultsOfTheData) {
  std::vector<std::string> found;
  for (const v1::DataFinding& finding : report_->findings()) {
    found.push_back(absl::StrCat(v1::DataFinding::Kind_Name(finding.kind()), " ", finding.feature(), finding.other(),
                                 " ", finding.count()));
  }
  EXPECT_THAT(found, ElementsAre("CONSTANT constant 0", "OUTLIERS visits_twice 1", "MISSING complaints 12"));
}

TEST_F(Analysis, DrawsSymmetricAssociations) {
  const v1::AssociationMatrix& matrix = report_->associations();
  const int size = matrix.features_size();
  ASSERT_EQ(matrix.values_size(), size * size);
  for (int a = 0; a < size; ++a) {
    for (int b = 0; b < size; ++b) {
      const double value = matrix.values(a * size + b);
      if (matrix.features(a) == "constant" || matrix.features(b) == "constant") {
        EXPECT_TRUE(std::isnan(value));
      } else {
        EXPECT_EQ(value, matrix.values(b * size + a));
        EXPECT_THAT(value, AllOf(Gt(-1e-12), Lt(1 + 1e-12)));
      }
    }
  }
}

TEST_F(Analysis, NamesWhatMattersAndWhatDoesNot) {
  const v1::Importances& importances = report_->importances();
  ASSERT_EQ(importances.features_size(), 4) << "what the models do not see is not weighed";
  EXPECT_EQ(importances.features(0).name(), "complaints") << "of the two that count visits one stands in for the other";
  for (const v1::FeatureImportance& feature : importances.features()) {
    EXPECT_LE(feature.permutation().lower(), feature.permutation().value());
    if (feature.name() == "complaints") {
      EXPECT_TRUE(feature.matters());
      EXPECT_GT(feature.direction(), 0.5) << "more complaints raise the risk";
    }
    if (feature.name() == "visits") {
      EXPECT_LT(feature.direction(), -0.5);
    }
    if (feature.name() == "tier") {
      EXPECT_FALSE(feature.matters());
    }
  }
  EXPECT_EQ(importances.permutation_rows(), kRows);
  EXPECT_EQ(importances.shapley_rows(), 100);
  EXPECT_EQ(importances.scale(), "log_odds");
  ASSERT_EQ(importances.groups_size(), 2);
  EXPECT_EQ(importances.groups(0).group(), "site");
  EXPECT_GT(importances.groups(0).permutation().value(), importances.features(0).permutation().value())
      << "together they are missed";
  ASSERT_EQ(report_->shapley().columns_size(), 4);
  EXPECT_EQ(report_->shapley().columns(0).contributions_size(), 100);
}

TEST_F(Analysis, MeasuresBothSetsOfPredictions) {
  for (const v1::Diagnostics* set : {&report_->cross_validated(), &report_->holdout()}) {
    EXPECT_LT(set->roc_auc().lower(), set->roc_auc().value());
    EXPECT_GT(set->roc_auc().upper(), set->roc_auc().value());
    EXPECT_DOUBLE_EQ(set->roc(set->roc_size() - 1).true_positive_rate(), 1);
    EXPECT_DOUBLE_EQ(set->roc(set->roc_size() - 1).false_positive_rate(), 1);
    EXPECT_DOUBLE_EQ(set->gain(9).gain(), 1);
    EXPECT_GT(set->gain(0).lift(), 1.5);
    EXPECT_EQ(set->thresholds_size(), 19);
    int64_t rows = 0;
    for (const v1::ReliabilityBin& bin : set->reliability()) rows += bin.rows();
    EXPECT_EQ(rows, set->rows());
  }
  EXPECT_DOUBLE_EQ(report_->holdout().roc_auc().value(), outcome_->holdout.roc_auc);
  EXPECT_DOUBLE_EQ(report_->cross_validated().brier().value(), outcome_->cross_validated.brier);
  EXPECT_EQ(report_->learning_curve_size(), 5);
}

TEST_F(Analysis, TellsWhetherTheCriterionHolds) {
  ASSERT_EQ(report_->criteria_size(), 2);
  const v1::Criterion& criterion = report_->criteria(0);
  EXPECT_EQ(criterion.bound(), 0.91);
  EXPECT_EQ(criterion.met(), criterion.measured().value() > 0.91);
  EXPECT_EQ(criterion.splits(), 8);
  EXPECT_THAT(criterion.repeated_splits().value(),
              AllOf(Gt(criterion.repeated_splits().lower()), Lt(criterion.repeated_splits().upper())));
}

TEST_F(Analysis, TellsRevenueFromTheInputs) {
  EXPECT_EQ(report_->revenue().target(), "revenue_month_0");
  EXPECT_EQ(report_->revenue().rows(), kRows);
  EXPECT_EQ(report_->revenue().candidates_size(), 4);
  const v1::Criterion& criterion = report_->criteria(1);
  EXPECT_EQ(criterion.metric(), "holdout_revenue_smape");
  EXPECT_EQ(criterion.bound(), 15);
  EXPECT_EQ(criterion.measured().value(), report_->revenue().smape().value());
}

TEST_F(Analysis, CutsTheRowsIntoSegments) {
  ASSERT_EQ(report_->segments_size(), 6);
  int64_t rows = 0, middle = 0;
  for (const v1::SegmentDescription& segment : report_->segments()) {
    rows += segment.rows();
    if (segment.profit_tier() == "middle") middle += segment.rows();
    if (segment.rows() > 0) {
      EXPECT_EQ(segment.at_risk(), segment.mean_probability() > report_->risk_threshold()) << segment.profit_tier();
    }
  }
  EXPECT_EQ(rows, kRows);
  EXPECT_EQ(middle, kRows / 2);
  EXPECT_EQ(report_->profit_by_risk_size(), kRows);
  EXPECT_EQ(report_->lineage().profit_feature(), "profit");
  int64_t counted = 0;
  for (const v1::HistogramBin& bin : report_->probabilities()) counted += bin.declined() + bin.steady();
  EXPECT_EQ(counted, kRows);
}

}  // namespace
}  // namespace ebb::trainer
