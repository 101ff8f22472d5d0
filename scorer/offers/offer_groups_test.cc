#include "scorer/offers/offer_groups.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace ebb::scorer {
namespace {

v1::Holdout HoldoutOf(double share, const std::string& salt) {
  v1::Holdout holdout;
  holdout.set_share(share);
  holdout.set_salt(salt);
  return holdout;
}

// Who is held out stays so for ever: measured effects hang on it.
TEST(OfferGroupsTest, PlacesAreFrozen) {
  const OfferGroups groups(HoldoutOf(0.5, "salt of the shop"), {{"spring", 0.5}});
  std::string held_out, control;
  for (int i = 0; i < 16; ++i) {
    absl::StrAppend(&held_out, groups.HeldOut(absl::StrCat("customer ", i)) ? 1 : 0);
    absl::StrAppend(&control, groups.InControl("spring", absl::StrCat("customer ", i)) ? 1 : 0);
  }
  EXPECT_EQ(held_out, "1100011000111101");
  EXPECT_EQ(control, "1010011000101111");
}

TEST(OfferGroupsTest, SharesAreMetAndDrawsAreIndependent) {
  constexpr int kCustomers = 100'000;
  const OfferGroups groups(HoldoutOf(0.1, "salt of the shop"), {{"spring", 0.2}, {"autumn", 0.2}});
  int held_out = 0, spring = 0, both = 0, seasons = 0;
  for (int i = 0; i < kCustomers; ++i) {
    const std::string id = absl::StrCat("c", i);
    const bool held = groups.HeldOut(id), in_spring = groups.InControl("spring", id);
    held_out += held;
    spring += in_spring;
    both += held && in_spring;
    seasons += in_spring && groups.InControl("autumn", id);
  }
  const auto near = [](int count, double share) {
    return std::abs(count - kCustomers * share) < 5 * std::sqrt(kCustomers * share * (1 - share));
  };
  EXPECT_TRUE(near(held_out, 0.1)) << held_out;
  EXPECT_TRUE(near(spring, 0.2)) << spring;
  EXPECT_TRUE(near(both, 0.02)) << both;
  EXPECT_TRUE(near(seasons, 0.04)) << seasons;
  EXPECT_DOUBLE_EQ(groups.UntreatedShare("spring"), 0.1 + 0.9 * 0.2);
  EXPECT_DOUBLE_EQ(groups.UntreatedShare("none"), 0.1);
}

TEST(OfferGroupsTest, AGreaterShareKeepsWhoWasIn) {
  const OfferGroups few(HoldoutOf(0.05, "salt of the shop"), {}), more(HoldoutOf(0.1, "salt of the shop"), {});
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_TRUE(!few.HeldOut(absl::StrCat("c", i)) || more.HeldOut(absl::StrCat("c", i))) << i;
  }
}

TEST(OfferGroupsTest, WithoutAShareNobodyIsKept) {
  const OfferGroups none;
  const OfferGroups salted(HoldoutOf(0, "salt of the shop"), {{"spring", 0}});
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_FALSE(none.HeldOut(absl::StrCat(i)) || salted.HeldOut(absl::StrCat(i)));
    EXPECT_FALSE(salted.InControl("spring", absl::StrCat(i)));
  }
}

}  // namespace
}  // namespace ebb::scorer
