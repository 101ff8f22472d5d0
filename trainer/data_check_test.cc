#include "trainer/data_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "absl/strings/str_cat.h"
#include "trainer/training_options.h"

namespace ebb::trainer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

FeatureSpec Spec(const std::string& name, FeatureKind kind, FeatureRole role = FeatureRole::kInput) {
  FeatureSpec spec;
  spec.name = name;
  spec.kind = kind;
  spec.role = role;
  return spec;
}

TEST(CheckEnoughRows, CountsBothClasses) {
  const v1::TrainingOptions options = DefaultTrainingOptions();
  EXPECT_EQ(LeastRowsOfAClass(options), 20);
  v1::TrainingSetSummary summary;
  summary.set_rows(60);
  summary.set_declined(20);
  EXPECT_TRUE(CheckEnoughRows(summary, options).ok());
  summary.set_declined(19);
  auto* exclusion = summary.add_exclusions();
  exclusion->set_reason("unlabelled");
  exclusion->set_rows(7);
  EXPECT_EQ(
      CheckEnoughRows(summary, options).message(),
      "the training set has 60 labelled rows, 19 declined and 41 steady; at least 20 of each are needed (left out: 7 "
      "unlabelled): import labelled customers, or ask for more as-of times");
  summary.set_declined(41);
  EXPECT_FALSE(CheckEnoughRows(summary, options).ok());
}

TEST(CheckEnoughRows, ManyFoldsNeedMoreRows) {
  v1::TrainingOptions options = DefaultTrainingOptions();
  options.set_folds(20);
  options.set_holdout_share(0.5);
  EXPECT_EQ(LeastRowsOfAClass(options), 80);
}

Dataset TableOf(std::vector<FeatureSpec> specs, const std::vector<FeatureVector>& vectors) {
  DatasetBuilder builder{FeatureSchema(std::move(specs))};
  for (size_t i = 0; i < vectors.size(); ++i) {
    EXPECT_TRUE(builder.AddRow(absl::StrCat("c", i), 0, vectors[i], i % 2 == 1).ok());
  }
  return *std::move(builder).Build(0);
}

TEST(DescribeInputs, NamesWhatTellsNothingAndWhatTellsTooMuch) {
  std::vector<FeatureVector> vectors;
  for (int i = 0; i < 20; ++i) {
    vectors.push_back({FeatureValue::Number(3), FeatureValue::Number(i % 2), FeatureValue::Number(i % 5),
                       FeatureValue{}, FeatureValue::Category("same"), FeatureValue::Number(3)});
  }
  const Dataset table = TableOf(
      {Spec("constant", FeatureKind::kNumber), Spec("leak", FeatureKind::kNumber), Spec("fine", FeatureKind::kNumber),
       Spec("empty", FeatureKind::kNumber), Spec("one_category", FeatureKind::kCategory),
       Spec("profit", FeatureKind::kNumber, FeatureRole::kSegment)},
      vectors);
  v1::TrainingSetSummary summary;
  EXPECT_THAT(
      DescribeInputs(table, InputsToLeaveOut(table, summary)),
      ElementsAre("`constant` is the same in every row; it is left out",
                  "`leak` alone has ROC-AUC 1: check that it was known before the label",
                  "`empty` has no values; it is left out", "`one_category` is the same in every row; it is left out"));
  summary.add_uncovered_features("fine");
  summary.add_uncovered_features("profit");
  const std::vector<LeftOutInput> left_out = InputsToLeaveOut(table, summary);
  ASSERT_EQ(left_out.size(), 4u) << "features for segments are no inputs";
  EXPECT_EQ(left_out[1].name, "fine");
  EXPECT_STREQ(left_out[1].Reason(), "is not covered: the store's events do not reach back over its window yet");
  EXPECT_TRUE(CheckInputs(table, left_out).ok());
}

TEST(CheckInputs, RefusesATableWhereNothingVaries) {
  const std::vector<FeatureVector> vectors(4, {FeatureValue::Number(1), FeatureValue::Category("a")});
  const Dataset table = TableOf({Spec("a", FeatureKind::kNumber), Spec("b", FeatureKind::kCategory)}, vectors);
  const absl::Status status = CheckInputs(table, InputsToLeaveOut(table, {}));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("none of the 2 input features differs"));
}

TEST(Dataset, WithoutFeaturesTheRowsStayInTheirOrder) {
  std::vector<FeatureVector> with, without;
  for (int i = 0; i < 20; ++i) {
    with.push_back({FeatureValue::Number(i), FeatureValue{}, FeatureValue::Category(i % 2 == 0 ? "a" : "b")});
    without.push_back({with.back()[0], with.back()[2]});
  }
  const FeatureSpec a = Spec("a", FeatureKind::kNumber), b = Spec("b", FeatureKind::kNumber),
                    c = Spec("c", FeatureKind::kCategory);
  EXPECT_EQ(TableOf({a, b, c}, with).Without({"b", "of another shop"}).Digest(), TableOf({a, c}, without).Digest());
}

TEST(Dataset, WithoutAnInputThatSegmentsReadTheyGoOnReadingIt) {
  const std::vector<FeatureVector> rows = {{FeatureValue::Number(1), FeatureValue::Number(2)},
                                           {FeatureValue::Number(3), FeatureValue::Number(4)}};
  const FeatureSpec a = Spec("a", FeatureKind::kNumber);
  const auto profit = [](FeatureRole role) { return Spec("profit", FeatureKind::kNumber, role); };
  EXPECT_EQ(TableOf({a, profit(FeatureRole::kInputAndSegment)}, rows).Without({"profit"}).Digest(),
            TableOf({a, profit(FeatureRole::kSegment)}, rows).Digest());
}

}  // namespace
}  // namespace ebb::trainer
