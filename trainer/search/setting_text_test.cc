#include "trainer/search/setting_text.h"

#include <gtest/gtest.h>

#include "trainer/search/draw_settings.h"
#include "trainer/search/grid.h"

namespace ebb::trainer {
namespace {

constexpr char kEveryField[] = R"(
  scalings: [STANDARD, MINMAX, ROBUST]
  logistic_regression { penalty: [L1, L2] c: [0.1, 3] class_weight: [NONE, BALANCED] c_range { low: 0.01 high: 9 } }
  k_nearest_neighbours { k: [1, 51] weighting: [UNIFORM, DISTANCE] metric: [EUCLIDEAN, MANHATTAN] }
  decision_tree { max_depth: [2, 64] min_leaf: [1, 5] criterion: [GINI, ENTROPY] class_weight: [NONE, BALANCED] }
  support_vector { kernel: LINEAR c: [1] class_weight: [NONE, BALANCED] }
  support_vector { kernel: RBF c: [0.3] gamma: [0.01, 1] gamma_range { low: 0.001 high: 1 log: true } }
  support_vector { kernel: RBF c: [0.3] }
  support_vector { kernel: POLYNOMIAL c: [0.3] degree: [2, 4] gamma: [0.3] }
  random_forest { trees: [7] max_depth: [0, 3] min_leaf: [2] max_features: [SQRT, ALL] criterion: [GINI, ENTROPY] }
  extra_trees { trees: [9] class_weight: [BALANCED] }
  gradient_boosting {
    trees: [30] learning_rate: [0.07] max_depth: [3] min_child_weight: [0.5] l2: [0, 2] column_share: [0.8]
    row_share: [0.9] class_weight: [BALANCED] learning_rate_range { low: 0.001 high: 1 log: true }
  })";

TEST(SettingText, OfEverySettingOfAGridAndOfADrawReadsAsTheSameSetting) {
  Grid settings = ParseGrid(kEveryField).value();
  const Grid drawn = DrawSettings(ParseSearchSpace(kEveryField).value(), /*trials=*/40, /*seed=*/7);
  settings.insert(settings.end(), drawn.begin(), drawn.end());
  ASSERT_GT(settings.size(), 200u);
  for (const Setting& setting : settings) {
    const std::string text = SettingText(setting);
    const absl::StatusOr<Setting> read = ParseSetting(text);
    ASSERT_TRUE(read.ok()) << text << ": " << read.status();
    EXPECT_EQ(*read, setting) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos);
  }
}

TEST(SettingText, KeepsEveryBitOfANumber) {
  const Setting setting{.family = LogisticRegressionSetting{.penalty = Penalty::kL1, .c = 0.1 + 0.2}};
  EXPECT_EQ(SettingText(setting),
            "scalings: STANDARD logistic_regression { penalty: L1 c: 0.30000000000000004 class_weight: NONE }");
  EXPECT_EQ(ParseSetting(SettingText(setting)).value(), setting);
}

TEST(SettingText, RefusesWhatIsNotOneSetting) {
  EXPECT_EQ(ParseSetting("decision_tree { max_depth: [2, 3] }").status().message(),
            "the text holds 2 settings; it must be one");
  for (const char* text : {"", "decision_tree {", "neural_network { layers: 3 }"}) {
    EXPECT_EQ(ParseSetting(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace ebb::trainer
