#include "trainer/search/draw_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <variant>

#include "trainer/search/grid.h"

namespace ebb::trainer {
namespace {

using ::testing::HasSubstr;

SearchSpace Space(const char* text) { return ParseSearchSpace(text).value(); }

constexpr char kSpace[] = R"(
  scalings: [STANDARD, MINMAX, ROBUST]
  logistic_regression { penalty: [L1, L2] c_range { low: 0.01 high: 100 log: true } }
  k_nearest_neighbours { k: 5 k_range { low: 3 high: 70.4 } weighting: [UNIFORM, DISTANCE] }
  decision_tree { max_depth: [2, 4] min_leaf: [1, 5, 5] }
  support_vector { kernel: LINEAR c: [1, 10] }
  support_vector { kernel: RBF c_range { low: 0.1 high: 10 log: true } gamma_range { low: 0.01 high: 1 log: true } }
  gradient_boosting { trees: [50, 100] learning_rate_range { low: 0.01 high: 0.3 log: true } }
)";

template <typename Family>
std::vector<Family> Of(const Grid& settings) {
  std::vector<Family> found;
  for (const Setting& setting : settings) {
    if (const auto* family = std::get_if<Family>(&setting.family)) found.push_back(*family);
  }
  return found;
}

TEST(DrawSettings, KeepsToListsAndRanges) {
  const Grid settings = DrawSettings(Space(kSpace), 200, 1);
  const auto logistic = Of<LogisticRegressionSetting>(settings);
  ASSERT_EQ(logistic.size(), 200u);
  for (const auto& s : logistic) EXPECT_TRUE(s.c >= 0.01 && s.c <= 100) << s.c;
  const auto neighbours = Of<KNearestNeighboursSetting>(settings);
  ASSERT_EQ(neighbours.size(), 200u);
  for (const auto& s : neighbours) EXPECT_TRUE(s.k >= 3 && s.k <= 70) << s.k;
  for (const auto& s : Of<SupportVectorSetting>(settings)) {
    EXPECT_EQ(s.gamma.has_value(), s.kernel == KernelKind::kRbf);
    if (s.gamma) {
      EXPECT_TRUE(*s.gamma >= 0.01 && *s.gamma <= 1) << *s.gamma;
    }
  }
  for (const auto& s : Of<GradientBoostingSetting>(settings)) {
    EXPECT_TRUE(s.learning_rate >= 0.01 && s.learning_rate <= 0.3) << s.learning_rate;
    EXPECT_TRUE(s.trees == 50 || s.trees == 100) << s.trees;
  }
  std::set<Scaling> scalings;
  for (const Setting& s : settings) {
    if (std::holds_alternative<LogisticRegressionSetting>(s.family)) scalings.insert(s.scaling);
    if (std::holds_alternative<GradientBoostingSetting>(s.family)) {
      EXPECT_EQ(s.scaling, Scaling::kNone);
    }
  }
  EXPECT_EQ(scalings.size(), 3u);
}

TEST(DrawSettings, SpreadsEvenlyOverPowersMessagesAndValues) {
  const Grid settings = DrawSettings(Space(kSpace), 1000, 2);
  int decades[4] = {}, l1 = 0;
  for (const auto& s : Of<LogisticRegressionSetting>(settings)) {
    ++decades[std::clamp(static_cast<int>(std::floor(std::log10(s.c))) + 2, 0, 3)];
    l1 += s.penalty == Penalty::kL1;
  }
  for (const int count : decades) EXPECT_NEAR(count, 250, 60);
  EXPECT_NEAR(l1, 500, 70);
  // The linear kernel has six settings and half of the draws: all six are there among so many.
  const auto vectors = Of<SupportVectorSetting>(settings);
  EXPECT_EQ(vectors.size(), 1000u);
  EXPECT_EQ(
      std::count_if(vectors.begin(), vectors.end(), [](const auto& s) { return s.kernel == KernelKind::kLinear; }), 6);
}

TEST(DrawSettings, RepeatsNothingAndTakesAllWhereThereAreNoMore) {
  for (const int trials : {1, 4, 5, 50}) {
    const Grid settings = DrawSettings(Space(kSpace), trials, 3);
    for (size_t i = 0; i < settings.size(); ++i) {
      for (size_t j = 0; j < i; ++j) EXPECT_FALSE(settings[i] == settings[j]) << ParametersText(settings[i].family);
    }
    EXPECT_EQ(Of<DecisionTreeSetting>(settings).size(), std::min<size_t>(trials, 4)) << "2 × 2 different ones";
    EXPECT_EQ(Of<LogisticRegressionSetting>(settings).size(), static_cast<size_t>(trials));
  }
}

TEST(DrawSettings, EndsWhereARangeOfWholeNumbersHoldsTooFew) {
  const Grid settings = DrawSettings(Space("k_nearest_neighbours { k_range { low: 1 high: 3 } }"), 10, 4);
  EXPECT_EQ(settings.size(), 3u);
}

TEST(DrawSettings, IsDecidedBySeedAndFamilyAlone) {
  const Grid settings = DrawSettings(Space(kSpace), 20, 7);
  EXPECT_TRUE(settings == DrawSettings(Space(kSpace), 20, 7));
  EXPECT_FALSE(settings == DrawSettings(Space(kSpace), 20, 8));
  const Grid alone = DrawSettings(
      Space("gradient_boosting { trees: [50, 100] learning_rate_range { low: 0.01 high: 0.3 log: true } }"), 20, 7);
  EXPECT_TRUE(Of<GradientBoostingSetting>(settings) == Of<GradientBoostingSetting>(alone));
  // What a report shows is the whole truth: four digits.
  for (const auto& s : Of<GradientBoostingSetting>(alone)) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.4g", s.learning_rate);
    EXPECT_EQ(std::stod(text), s.learning_rate);
  }
}

TEST(GridOf, LooksAtListsOnly) {
  EXPECT_EQ(GridOf(Space("logistic_regression { c: [1, 2] c_range { low: 3 high: 4 } }"))->size(), 2u);
  const auto gamma = GridOf(Space("support_vector { kernel: RBF c: 1 gamma_range { low: 0.1 high: 1 } }"));
  ASSERT_TRUE(gamma.ok());
  EXPECT_FALSE(Of<SupportVectorSetting>(*gamma)[0].gamma) << "an empty list means its default";
  const absl::Status status = GridOf(Space("logistic_regression { c_range { low: 3 high: 4 } }")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("has no logistic_regression.c; a grid search needs the list"));
}

TEST(ParseSearchSpace, NamesWhatIsWrongWithARange) {
  const struct {
    const char* text;
    const char* want;
  } kCases[] = {
      {"logistic_regression { c_range { low: 2 high: 1 } }",
       "has logistic_regression.c_range 2 to 1; low must be below high"},
      {"logistic_regression { c: 1 c_range { low: 1 high: 1 } }", "c_range 1 to 1; low must be below high"},
      {"logistic_regression { c_range { high: 1 log: true } }",
       "has logistic_regression.c_range.low 0; it must be above 0"},
      {"logistic_regression { c_range { low: 1 high: nan } }", "has logistic_regression.c_range.high nan"},
      {"k_nearest_neighbours { k_range { low: 0.9 high: 5 } }",
       "has k_nearest_neighbours.k_range.low 0.9; it must be 1 to"},
      {"support_vector { kernel: RBF c: 1 gamma_range { low: 0.1 high: 1001 } }",
       "has support_vector.gamma_range.high 1001; it must be above 0 and at most 1000"},
      {"support_vector { kernel: LINEAR c: 1 gamma_range { low: 0.1 high: 1 } }", "gamma_range for the LINEAR kernel"},
      {"gradient_boosting { trees: 1 learning_rate_range { low: 0.1 high: 2 } }",
       "has gradient_boosting.learning_rate_range.high 2; it must be above 0 and at most 1"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = ParseSearchSpace(c.text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.want)) << c.text;
  }
}

}  // namespace
}  // namespace ebb::trainer
