#include "scorer/segments/segment_catalogue.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "scorer/segments/condition_text.h"

namespace ebb::scorer {
namespace {

using ::testing::HasSubstr;

TEST(SegmentCatalogueTest, TheDefaultSegmentsAreSound) {
  const auto catalogue = LoadSegments("");
  ASSERT_TRUE(catalogue.ok()) << catalogue.status();
  EXPECT_GE((*catalogue)->size(), 10u);
  EXPECT_TRUE((*catalogue)->IndexOf("middle_profit_at_risk").has_value());
  for (const v1::SegmentDefinition& segment : (*catalogue)->declarations().segments()) {
    EXPECT_FALSE(segment.description().en().empty()) << segment.name();
    EXPECT_FALSE(segment.description().ru().empty()) << segment.name();
    EXPECT_EQ(segment.target(), segment.name() == "middle_profit_at_risk");
  }
}

TEST(SegmentCatalogueTest, EveryMistakeIsToldByItsPlace) {
  const struct {
    const char* text;
    const char* mistake;
  } cases[] = {
      {"segments { name: \"a\" }", "f:1:1: segment `a`: who: needs at least one condition"},
      {"segments {\n  name: \"Big\"\n  who { all_of { feature: \"x\" known: true } }\n}",
       "f:2:3: segment `Big`: name: must be lower_snake_case"},
      {"segments { name: \"a\" who { all_of { feature: \"x\" } } }", "who: all_of[0]: needs a test"},
      {"segments { name: \"a\" who { any_of { number { above: 1 } } } }", "any_of[0]: needs a subject"},
      {"segments { name: \"a\" who { all_of { segment: \"b\" } } }", "`b` is not declared before this place"},
      {"segments { name: \"a\" who { all_of { feature: \"x\" number { } } } }",
       "needs at_least, above, at_most or below"},
      {"segments { name: \"a\" who { all_of { feature: \"x\" number { above: 2 below: 2 } } } }",
       "leaves nothing between 2 and 2"},
      {"segments { name: \"a\" who { all_of { feature: \"x\" number { above: 1 at_least: 2 } } } }",
       "has both at_least and above"},
      {"segments { name: \"a\" who { all_of { feature: \"x\" number { above: nan } } } }", "no finite number"},
      {"segments { name: \"a\" who { all_of { value: PROFIT_TIER category { one_of: \"rich\" } } } }",
       "profit_tier is never `rich`; use low, middle, high, unknown"},
      {"segments { name: \"a\" who { all_of { value: RISK_BAND number { above: 1 } } } }",
       "risk_band is a category; test it with `category`"},
      {"segments { name: \"a\" who { all_of { value: PROBABILITY category { one_of: \"x\" } } } }",
       "probability is a number; test it with `number`"},
      {"segments { name: \"a\" who { all_of { value: PROFIT_TIER leading_category: true } } }", "only of a feature"},
      {"segments { name: \"a\" colour: \"red\" who { all_of { feature: \"x\" known: true } } }", "f:1:28: "},
      {"risk { threshold: 1 }", "f:1:8: risk: threshold: must be above 0 and below 1, is 1"},
      {"risk { threshold: 0.5 leave_below: 0.6 }", "leave_below: is 0.6, above the threshold 0.5"},
      {"risk { least_stay { seconds: 3000000 } }", "least_stay: must be from 0 to 31 days"},
      {"segments { name: \"a\" target: true who { all_of { feature: \"x\" known: true } } }\n"
       "segments { name: \"a\" target: true who { all_of { feature: \"x\" known: true } } }",
       "f:2:12: segment `a`: name: is declared twice\nf:2:22: segment `a`: target: another segment is the target"},
  };
  for (const auto& c : cases) {
    const auto catalogue = SegmentCatalogue::Parse(c.text, "f");
    EXPECT_EQ(catalogue.status().code(), absl::StatusCode::kInvalidArgument) << c.text;
    EXPECT_THAT(std::string(catalogue.status().message()), HasSubstr(c.mistake)) << c.text;
  }
}

TEST(SegmentCatalogueTest, NoMoreSegmentsThanBits) {
  std::string text;
  for (int i = 0; i < 65; ++i) {
    text += "segments { name: \"s" + std::to_string(i) + "\" who { all_of { feature: \"x\" known: true } } }\n";
  }
  EXPECT_THAT(std::string(SegmentCatalogue::Parse(text, "f").status().message()),
              HasSubstr("f:65:1: 65 segments are declared, at most 64 are allowed"));
}

TEST(SegmentCatalogueTest, TheDigestIsOfTheMeaning) {
  const auto digest = [](const char* text) { return SegmentCatalogue::Parse(text, "f")->digest(); };
  const char* text = "segments { name: \"a\" who { all_of { feature: \"x\" known: true } } }";
  EXPECT_EQ(digest(text),
            digest("# a comment\nsegments {\n name: \"a\" who { all_of { feature: \"x\" known: true } } }"));
  EXPECT_NE(digest(text), digest("segments { name: \"a\" who { all_of { feature: \"x\" known: false } } }"));
}

TEST(ConditionTextTest, PredicatesAreReadAloud) {
  const auto text = [](const std::string& who) {
    const auto catalogue = SegmentCatalogue::Parse(
        "segments { name: \"vip\" who { all_of { feature: \"x\" known: true } } }\n"
        "segments { name: \"a\" who { " +
            who + " } }",
        "f");
    EXPECT_TRUE(catalogue.ok()) << catalogue.status();
    return PredicateText(catalogue->declarations().segments(1).who());
  };
  EXPECT_EQ(text("all_of { feature: \"n\" number { at_least: 0.5 below: 2 } } all_of { segment: \"vip\" }"),
            "n ≥ 0.5 and n < 2 and in segment vip");
  EXPECT_EQ(text("any_of { value: PROFIT_TIER category { one_of: \"low\" one_of: \"high\" } } any_of { feature: \"c\" "
                 "leading_category: true } none_of { feature: \"m\" known: false }"),
            "(profit_tier is low or high or c is the leading category) and not (m is not known)");
}

}  // namespace
}  // namespace ebb::scorer
