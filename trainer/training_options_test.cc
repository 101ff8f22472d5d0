#include "trainer/training_options.h"

#include <gtest/gtest.h>

#include <cmath>

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
  options.set_folds(3);
  options.set_segment_threshold(0.6);
  options.set_promote_if_not_worse(false);
  options.set_acceptance_roc_auc(0.8);
  options.set_publish(v1::TrainingOptions::BEST_FAMILY);
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

}  // namespace
}  // namespace ebb::trainer
