#include "scorer/segments/segment_profile.h"

#include <cmath>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "scorer/segments/profile_sample.h"

namespace ebb::scorer {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

TEST(SegmentProfileTest, NumbersDifferByHowOftenOneIsGreater) {
  EXPECT_EQ(ProfileNumber({4, 5, 6}, {1, 2, 3}).difference(), 1);
  EXPECT_EQ(ProfileNumber({1, 2, 3}, {4, 5, 6}).difference(), 1);
  EXPECT_EQ(ProfileNumber({1, 2, 3}, {1, 2, 3}).difference(), 0);
  // Of nine pairs six are greater, one equal: AUC 6.5 / 9.
  EXPECT_NEAR(ProfileNumber({2, 3, 5}, {2, 4, 1}).difference(), 2 * 6.5 / 9 - 1, 1e-12);
  EXPECT_EQ(ProfileNumber({kMissing}, {1, 2}).difference(), 0) << "nothing to compare";
}

TEST(SegmentProfileTest, QuartilesAreNumpys) {
  const v1::FeatureProfile profile = ProfileNumber({4, 1, kMissing, 3, 2}, {7});
  EXPECT_EQ(profile.segment_numbers().lower_quartile(), 1.75);
  EXPECT_EQ(profile.segment_numbers().median(), 2.5);
  EXPECT_EQ(profile.segment_numbers().upper_quartile(), 3.25);
  EXPECT_EQ(profile.segment_numbers().mean(), 2.5);
  EXPECT_EQ(profile.segment_numbers().missing_share(), 0.2);
  EXPECT_EQ(profile.other_numbers().median(), 7);
}

TEST(SegmentProfileTest, CategoriesDifferByTheSharesThatMoved) {
  const v1::FeatureProfile profile = ProfileCategory({{"toys", 3}, {"books", 1}}, {{"books", 1}, {"", 1}});
  EXPECT_EQ(profile.difference(), 0.75);
  std::string shares;
  for (const v1::CategoryProfile& one : profile.categories()) {
    absl::StrAppend(&shares, "[", one.category(), " ", one.segment_share(), " ", one.other_share(), "]");
  }
  EXPECT_EQ(shares, "[toys 0.75 0][books 0.25 0.5][ 0 0.5]");
}

TEST(SegmentProfileTest, AnEvenSampleKeepsTheOrder) {
  EXPECT_EQ(EvenSample({1, 2, 3}, 3), (std::vector<uint32_t>{1, 2, 3}));
  EXPECT_EQ(EvenSample({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 4), (std::vector<uint32_t>{0, 2, 5, 7}));
}

}  // namespace
}  // namespace ebb::scorer
