#include "trainer/training_options.h"

#include <gtest/gtest.h>

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
  options.set_publish(v1::TrainingOptions::BEST_FAMILY);
  options.mutable_profit_tiers()->mutable_amounts()->set_upper(1);
  options.mutable_training_set()->mutable_purchase_decline();
  EXPECT_EQ(WithDefaults(options).SerializeAsString(), options.SerializeAsString());
}

}  // namespace
}  // namespace ebb::trainer
