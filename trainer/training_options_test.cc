#include "trainer/training_options.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace ebb::trainer {
namespace {

TEST(TrainingOptions, WhatIsNotSaidIsTheSameInAnEmptyMessageAndInOneWithASeed) {
  v1::TrainingOptions seeded;
  seeded.set_seed(1);
  v1::TrainingOptions want = DefaultTrainingOptions();
  want.set_seed(1);
  EXPECT_EQ(WithDefaults(seeded).SerializeAsString(), want.SerializeAsString());
  EXPECT_TRUE(want.promote_if_not_worse());
}

TEST(TrainingOptions, WhatIsSaidStays) {
  v1::TrainingOptions options;
  options.set_holdout_share(0.3);
  options.set_holdout(v1::TrainingOptions::CUSTOMERS);
  options.set_folds(3);
  options.set_inner_repeats(2);
  options.set_segment_threshold(0.6);
  options.set_promote_if_not_worse(false);
  options.set_acceptance_roc_auc(0.8);
  options.set_acceptance_smape(4);
  options.set_publish(v1::TrainingOptions::BEST_FAMILY);
  options.set_search(v1::TrainingOptions::RANDOM);
  options.set_trials(7);
  options.mutable_search_budget()->set_seconds(60);
  options.mutable_profit_tiers()->mutable_amounts()->set_upper(1);
  options.mutable_training_set()->mutable_purchase_decline();
  EXPECT_EQ(WithDefaults(options).SerializeAsString(), options.SerializeAsString());
}

TEST(TrainingOptions, RefusesAnAcceptanceThatNoModelCouldMissOrMeet) {
  v1::TrainingOptions options;
  EXPECT_EQ(FindViolation(options), std::nullopt);
  for (const double bound : {0.49, 1.01, std::nan("")}) {
    options.set_acceptance_roc_auc(bound);
    const auto violation = FindViolation(options);
    ASSERT_TRUE(violation.has_value()) << bound;
    EXPECT_EQ(violation->field, "acceptance_roc_auc");
  }
  options.set_acceptance_roc_auc(0.91);
  EXPECT_EQ(FindViolation(options), std::nullopt);
}

TEST(TrainingOptions, SearchesTheGridWithoutALimitWhereNothingIsSaid) {
  const v1::TrainingOptions options = DefaultTrainingOptions();
  EXPECT_EQ(options.search(), v1::TrainingOptions::GRID);
  EXPECT_EQ(options.trials(), 20);
  EXPECT_EQ(options.inner_repeats(), 1);
  EXPECT_FALSE(options.has_search_budget());
}

TEST(TrainingOptions, RefusesAHoldoutThatItDoesNotKnow) {
  v1::TrainingOptions options;
  for (const auto known : {v1::TrainingOptions::CUSTOMERS, v1::TrainingOptions::LATEST}) {
    options.set_holdout(known);
    EXPECT_EQ(FindViolation(options), std::nullopt);
  }
  options.set_holdout(static_cast<v1::TrainingOptions::Holdout>(7));
  const auto violation = FindViolation(options);
  ASSERT_TRUE(violation.has_value());
  EXPECT_EQ(violation->field, "holdout");
  EXPECT_EQ(violation->rule, "is 7, must be CUSTOMERS or LATEST");
}

TEST(TrainingOptions, RefusesSearchesThatCannotBe) {
  v1::TrainingOptions options;
  const auto violation = [&] {
    const auto found = FindViolation(options);
    return found ? found->field + " " + found->rule : "";
  };
  options.set_search(static_cast<v1::TrainingOptions::Search>(9));
  EXPECT_EQ(violation(), "search is 9, must be GRID, RANDOM or SUCCESSIVE_HALVING");
  options.set_search(v1::TrainingOptions::RANDOM);
  for (const int trials : {-1, 1001}) {
    options.set_trials(trials);
    EXPECT_EQ(violation(), "trials is " + std::to_string(trials) + ", must be from 1 to 1000");
  }
  options.set_trials(1000);
  for (const int repeats : {-1, 11}) {
    options.set_inner_repeats(repeats);
    EXPECT_EQ(violation(), "inner_repeats is " + std::to_string(repeats) + ", must be from 1 to 10");
  }
  options.set_inner_repeats(10);
  EXPECT_EQ(violation(), "");
  options.mutable_search_budget();
  EXPECT_EQ(violation(), "search_budget is 0 s and 0 ns, must be above 0; leave it out for no limit");
  options.mutable_search_budget()->set_nanos(-1);
  EXPECT_NE(violation(), "");
  options.mutable_search_budget()->set_nanos(1);
  EXPECT_EQ(violation(), "");
}

TEST(TrainingOptions, RefusesARevenueErrorThatNoModelCouldKeep) {
  EXPECT_EQ(DefaultTrainingOptions().acceptance_smape(), 15);
  v1::TrainingOptions options;
  for (const double bound : {0.0, -1.0, 200.5, std::nan("")}) {
    options.set_acceptance_smape(bound);
    const auto violation = FindViolation(options);
    ASSERT_TRUE(violation.has_value()) << bound;
    EXPECT_EQ(violation->field, "acceptance_smape");
  }
  for (const double bound : {0.1, 15.0, 200.0}) {
    options.set_acceptance_smape(bound);
    EXPECT_EQ(FindViolation(options), std::nullopt) << bound;
  }
}

}  // namespace
}  // namespace ebb::trainer
