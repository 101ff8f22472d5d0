#include "feature_store/decimal_scale.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace ebb::feature_store {
namespace {

std::string Read(std::string_view text) {
  const std::optional<Decimal> number = ParseDecimal(text);
  return number ? absl::StrCat(number->digits, "/10^", number->decimals) : "none";
}

TEST(DecimalTest, IsReadExactly) {
  const std::pair<const char*, const char*> cases[] = {
      {"3293.1", "32931/10^1"},
      {"-0.50", "-5/10^1"},
      {"+12", "12/10^0"},
      {"0", "0/10^0"},
      {"-0.000", "0/10^0"},
      {"007", "7/10^0"},
      {".5", "5/10^1"},
      {"5.", "5/10^0"},
      {"1e3", "1000/10^0"},
      {"2.5E-2", "25/10^3"},
      {"100.00000000000000000000000000", "100/10^0"},
      {"123456789012345678", "123456789012345678/10^0"},
      {"1234567890123456789", "none"},
      {"1e18", "none"},
      {"1e-19", "none"},
      {"", "none"},
      {".", "none"},
      {"-", "none"},
      {"1,5", "none"},
      {" 1", "none"},
      {"1.2.3", "none"},
      {"1e", "none"},
      {"1e+-3", "none"},
      {"nan", "none"},
      {"inf", "none"},
      {"0x10", "none"},
  };
  for (const auto& [text, want] : cases) EXPECT_EQ(Read(text), want) << "`" << text << "`";
}

TEST(ScaleTest, GivesBackTheDoubleThatTheTextReads) {
  const std::optional<Scale> cents = Scale::FromFactor(0.01);
  ASSERT_TRUE(cents);
  EXPECT_EQ(cents->Apply(int64_t{329310}), 3293.1);
  EXPECT_EQ(cents->Apply(int64_t{57}), 0.57);  // 57 * 0.01 is 0.5700000000000001.
}

TEST(ScaleTest, OnlyWholeUnitsAreIntegers) {
  const std::optional<Scale> cents = Scale::FromFactor(0.01);
  const std::optional<Scale> minutes = Scale::FromFactor(1.0 / 60'000);
  const std::optional<Scale> dozens = Scale::FromFactor(12);
  const std::optional<Scale> odd = Scale::FromFactor(2.5);
  ASSERT_TRUE(cents && minutes && dozens && odd);
  EXPECT_EQ(cents->ToInteger(*ParseDecimal("3293.1")), 329310);
  EXPECT_EQ(cents->ToInteger(*ParseDecimal("3293.105")), std::nullopt);
  EXPECT_EQ(minutes->ToInteger(*ParseDecimal("13")), 780'000);
  EXPECT_EQ(minutes->ToInteger(*ParseDecimal("7.5")), 450'000);
  EXPECT_EQ(minutes->ToInteger(*ParseDecimal("0.33333")), std::nullopt);
  EXPECT_EQ(dozens->ToInteger(*ParseDecimal("36")), 3);
  EXPECT_EQ(dozens->ToInteger(*ParseDecimal("35")), std::nullopt);
  EXPECT_EQ(odd->ToInteger(*ParseDecimal("7.5")), 3);
  EXPECT_EQ(cents->ToInteger(*ParseDecimal("90071992547409.92")), int64_t{1} << 53);
  EXPECT_EQ(cents->ToInteger(*ParseDecimal("90071992547409.93")), std::nullopt);
}

TEST(ScaleTest, RefusesFactorsThatAreNoFractions) {
  EXPECT_FALSE(Scale::FromFactor(0));
  EXPECT_FALSE(Scale::FromFactor(1.0 / 0.0));
  EXPECT_FALSE(Scale::FromFactor(3.141592653589793));
  EXPECT_FALSE(Scale::FromFactor(1e-30));
}

}  // namespace
}  // namespace ebb::feature_store
