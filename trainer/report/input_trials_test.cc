#include "trainer/report/input_trials.h"

#include <gtest/gtest.h>

#include <cmath>

#include "absl/strings/str_cat.h"
#include "trainer/fit/random_stream.h"
#include "trainer/search/grid.h"

namespace ebb::trainer {
namespace {

FeatureSpec SpecOf(const std::string& name, FeatureRole role, FeatureKind kind = FeatureKind::kNumber) {
  FeatureSpec spec;
  spec.name = name;
  spec.role = role;
  spec.kind = kind;
  return spec;
}

// `visits` says something, `telling` as much again, `empty_talk` nothing; `rare` is known of a third of the rows.
Dataset ShopOf(int rows) {
  DatasetBuilder builder(
      FeatureSchema({SpecOf("visits", FeatureRole::kInput), SpecOf("telling", FeatureRole::kSegment),
                     SpecOf("empty_talk", FeatureRole::kSegment), SpecOf("rare", FeatureRole::kSegment),
                     SpecOf("read_already", FeatureRole::kInputAndSegment),
                     SpecOf("birthday", FeatureRole::kSegment, FeatureKind::kCategory)}));
  RandomStream random(3, 0);
  for (int i = 0; i < rows; ++i) {
    const bool declined = random.Share() < 0.4;
    const double shift = declined ? 0 : 0.4;
    const FeatureValue visits = FeatureValue::Number(random.Share() + shift);
    const FeatureValue telling = FeatureValue::Number(random.Share() + shift);
    const FeatureValue talk = FeatureValue::Number(random.Share());
    EXPECT_TRUE(builder
                    .AddRow(absl::StrCat("c", i), 0,
                            {visits, telling, talk, i % 3 == 0 ? telling : FeatureValue{},
                             FeatureValue::Number(random.Share()), FeatureValue::Category("03-08")},
                            declined)
                    .ok());
  }
  return *std::move(builder).Build(1);
}

Recipe Settings(const std::string& grid) { return ParseGrid(grid).value(); }

std::vector<v1::InputTrial> Try(const Dataset& dataset, const Recipe& settings, int threads = 1) {
  const auto trials = TryInputs({dataset, settings, threads, nullptr});
  EXPECT_TRUE(trials.ok()) << trials.status();
  return trials.ok() ? *trials : std::vector<v1::InputTrial>();
}

constexpr char kTrees[] = "extra_trees { trees: [30] min_leaf: [5] }";
constexpr char kBoth[] = "logistic_regression { c: [1] } extra_trees { trees: [30] min_leaf: [5] }";

TEST(InputTrials, TellWhatTheNumbersOfTheSegmentsWouldAdd) {
  const std::vector<v1::InputTrial> trials = Try(ShopOf(600), Settings(kBoth));
  ASSERT_EQ(trials.size(), 2u) << "not of what is an input already, known of few rows, or a category";
  const v1::InputTrial &telling = trials[0], &talk = trials[1];
  EXPECT_EQ(telling.feature(), "telling");
  EXPECT_EQ(telling.splits(), 8);
  EXPECT_NEAR(telling.difference().value(), telling.roc_auc_with() - telling.roc_auc_without(), 1e-12);
  EXPECT_GT(telling.difference().lower(), 0.03);
  EXPECT_LT(telling.difference().lower(), telling.difference().value());
  EXPECT_GT(telling.difference().upper(), telling.difference().value());
  EXPECT_EQ(talk.feature(), "empty_talk");
  EXPECT_LT(std::abs(talk.difference().value()), 0.02);
  EXPECT_LT(talk.difference().lower(), 0);
  EXPECT_GE(talk.difference().upper(), talk.difference().value());
}

TEST(InputTrials, AreOfTheFamilyThatRanksBetterWithTheNumber) {
  const Dataset shop = ShopOf(300);
  const double together = Try(shop, Settings(kBoth))[0].roc_auc_with();
  const double trees = Try(shop, Settings(kTrees))[0].roc_auc_with();
  const double line = Try(shop, Settings("logistic_regression { c: [1] }"))[0].roc_auc_with();
  EXPECT_NE(trees, line);
  EXPECT_EQ(together, std::max(trees, line));
}

TEST(InputTrials, AreTheSameOnAnyNumberOfThreads) {
  const Dataset shop = ShopOf(300);
  const std::vector<v1::InputTrial> one = Try(shop, Settings(kBoth)), three = Try(shop, Settings(kBoth), 3);
  ASSERT_EQ(one.size(), three.size());
  for (size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].SerializeAsString(), three[i].SerializeAsString());
}

TEST(InputTrials, SayNothingWhereTheyCannotBeMade) {
  EXPECT_TRUE(Try(ShopOf(300), Settings("decision_tree { max_depth: [2] min_leaf: [5] }")).empty());
  EXPECT_TRUE(Try(ShopOf(6), Settings(kBoth)).empty()) << "fewer of a class than folds";
  const std::function<bool()> cancelled = [] { return true; };
  EXPECT_TRUE(absl::IsCancelled(TryInputs({ShopOf(300), Settings(kBoth), 1, cancelled}).status()));
}

TEST(InputTrials, OfManyRowsTakeASample) {
  const Dataset many = ShopOf(5'400);
  const Recipe settings = Settings("logistic_regression { c: [1] }");
  EXPECT_EQ(Try(many, settings)[0].SerializeAsString(),
            Try(many.Select(SampleOf(AllRows(many), 5'000)), settings)[0].SerializeAsString());
}

}  // namespace
}  // namespace ebb::trainer
