#include "feature_store/declarations.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "feature_store/test_events.h"
#include "gmock/gmock.h"

namespace ebb::feature_store {
namespace {

using ::testing::HasSubstr;

std::string Mistakes(std::string_view text) {
  return std::string(CompileDeclarations(text, "shop.textproto").status().message());
}

TEST(DeclarationsTest, TheDefaultsAreTheShopsSeventeenEightOfEventsAndTheBirthday) {
  const CompiledDeclarations declarations = DefaultDeclarations();
  std::string features;
  for (const v1::FeatureSpec& spec : declarations.schema().features()) {
    const bool once_covered = declarations.source().features(declarations.FindFeature(spec.name())).once_covered();
    absl::StrAppend(&features, spec.name(), spec.kind() == v1::CATEGORY ? " category" : "",
                    spec.role() == v1::SEGMENT ? " segment" : "", once_covered ? " once covered" : "", "\n");
  }
  EXPECT_EQ(features,
            "service_tier category\n"
            "marketing_consent category\n"
            "tenure_days\n"
            "marketing_contacts_6m_avg\n"
            "marketing_contacts_current_month\n"
            "promo_purchase_share_6m\n"
            "favourite_category_6m category\n"
            "categories_per_visit_1m\n"
            "pages_per_visit_3m\n"
            "unpaid_items_3m\n"
            "service_errors_3m\n"
            "revenue_month_0\n"
            "revenue_month_1\n"
            "revenue_month_2\n"
            "minutes_month_0\n"
            "minutes_month_1\n"
            "profit_3m_avg segment\n"
            "orders_month_0 once covered\n"
            "orders_month_1 once covered\n"
            "orders_month_2 once covered\n"
            "items_month_0 once covered\n"
            "items_month_1 once covered\n"
            "items_month_2 once covered\n"
            "days_since_last_order once covered\n"
            "days_since_last_visit once covered\n"
            "birthday category segment\n");
}

TEST(DeclarationsTest, FeaturesThatAskTheSameShareAMeasure) {
  const CompiledDeclarations declarations = DefaultDeclarations();
  const auto& features = declarations.features();
  const auto feature = [&](const char* name) { return features[declarations.FindFeature(name)]; };
  EXPECT_EQ(feature("revenue_month_0").measure, feature("revenue_month_2").measure);
  EXPECT_EQ(feature("revenue_month_0").family, feature("revenue_month_2").family);
  EXPECT_EQ(feature("marketing_contacts_6m_avg").measure, feature("marketing_contacts_current_month").measure);
  EXPECT_NE(feature("marketing_contacts_6m_avg").family, feature("marketing_contacts_current_month").family);
  EXPECT_EQ(declarations.FindFeature("revenue"), -1);
}

TEST(DeclarationsTest, TheFingerprintFollowsNameKindRoleAndOrder) {
  const std::string a = "features { name: 'a' role: INPUT field: PAGE_VIEW aggregation: COUNT window { days: 1 } }";
  const std::string b = "features { name: 'b' role: INPUT field: PAGE_VIEW aggregation: COUNT window { days: 1 } }";
  const std::string b_for_segments =
      "features { name: 'b' role: SEGMENT field: PAGE_VIEW aggregation: COUNT window { days: 1 } }";
  const std::string b_described =
      "features { name: 'b' role: INPUT field: PAGE_VIEW aggregation: COUNT window { days: 1 } description: 'B.' }";
  const std::string b_longer =
      "features { name: 'b' role: INPUT field: PAGE_VIEW aggregation: COUNT window { days: 2 } }";
  const auto fingerprint = [](const std::string& text) { return Compiled(text).schema().fingerprint(); };
  EXPECT_EQ(fingerprint(a + b).size(), 16u);
  EXPECT_EQ(fingerprint(a + b), fingerprint(a + b_described));
  EXPECT_EQ(fingerprint(a + b), fingerprint(a + b_longer));
  EXPECT_NE(fingerprint(a + b), fingerprint(b + a));
  EXPECT_NE(fingerprint(a + b), fingerprint(a + b_for_segments));
  EXPECT_EQ(Compiled(a + b).state_fingerprint(), Compiled(a + b_described).state_fingerprint());
  EXPECT_NE(Compiled(a + b).state_fingerprint(), Compiled(a + b_longer).state_fingerprint());
}

TEST(DeclarationsTest, AMistakeOfSyntaxNamesItsPlace) {
  EXPECT_THAT(Mistakes("features {\n  name: 'a'\n  colour: 3\n}"),
              HasSubstr("shop.textproto:3:9: Message type \"ebb.v1.FeatureDefinition\" has no field named \"colour\""));
}

TEST(DeclarationsTest, AFieldThatIsNotThereHidesNoOtherMistake) {
  EXPECT_EQ(Mistakes("features {\n  name: 'a'\n  colour: 3\n  role: INPUT\n  field: PAGE_VIEW\n  agregation: COUNT\n"
                     "  window { days: 0 hours: 3 }\n}"),
            "shop.textproto:1:1: feature `a`: aggregation: required\n"
            "shop.textproto:3:9: Message type \"ebb.v1.FeatureDefinition\" has no field named \"colour\".\n"
            "shop.textproto:6:13: Message type \"ebb.v1.FeatureDefinition\" has no field named \"agregation\".\n"
            "shop.textproto:7:3: feature `a`: window: days must be 1 to 1096, is 0\n"
            "shop.textproto:7:25: Message type \"ebb.v1.Window\" has no field named \"hours\".");
}

TEST(DeclarationsTest, AMistakeOfMeaningNamesPlaceFeatureAndRule) {
  EXPECT_EQ(
      Mistakes(
          "features {\n  name: 'a'\n  role: INPUT\n  field: PAGE_VIEW\n  aggregation: SUM\n  window { days: 0 }\n}"),
      "shop.textproto:5:3: feature `a`: aggregation: SUM does not apply to PAGE_VIEW; use one of COUNT, MONTHLY_MEAN, "
      "RATIO, MEAN_OF_PERIODS, DAYS_SINCE_LAST\n"
      "shop.textproto:6:3: feature `a`: window: days must be 1 to 1096, is 0");
}

TEST(DeclarationsTest, ANumberMayBeAnInputAndForTheSegments) {
  const absl::StatusOr<CompiledDeclarations> declarations = CompileDeclarations(
      "features { name: 'profit' role: INPUT_AND_SEGMENT once_covered: true field: PROFIT "
      "aggregation: MONTHLY_MEAN window { months: 3 } }",
      "shop.textproto");
  ASSERT_TRUE(declarations.ok()) << declarations.status();
  EXPECT_EQ(declarations->schema().features(0).role(), v1::INPUT_AND_SEGMENT);
}

TEST(DeclarationsTest, EveryRuleIsChecked) {
  struct Case {
    const char*
        change;  // Beside name, role, `field: PURCHASE_AMOUNT aggregation: SUM window { days: 7 }` where not given.
    const char* mistake;
  };
  const Case cases[] = {
      {"name: 'Revenue'", "name: must be lower_snake_case"},
      {"name: '1st'", "name: must be lower_snake_case"},
      {"name: 'x' role: FEATURE_ROLE_UNSPECIFIED", "role: required; INPUT, SEGMENT or INPUT_AND_SEGMENT"},
      {"field: EVENT_FIELD_UNSPECIFIED", "field: required"},
      {"aggregation: AGGREGATION_UNSPECIFIED", "aggregation: required"},
      {"aggregation: DISTINCT", "aggregation: DISTINCT does not apply to PURCHASE_AMOUNT"},
      {"aggregation: MOST_FREQUENT", "aggregation: MOST_FREQUENT does not apply"},
      {"field: UNPAID_QUANTITY aggregation: COUNT", "aggregation: COUNT does not apply to UNPAID_QUANTITY"},
      {"denominator: PAGE_VIEW", "denominator: only with RATIO"},
      {"denominator_aggregation: COUNT", "denominator_aggregation: only with RATIO"},
      {"numerator_aggregation: COUNT", "numerator_aggregation: only with RATIO"},
      {"aggregation: RATIO", "numerator_aggregation: of PURCHASE_AMOUNT must be one of COUNT, SUM"},
      {"aggregation: RATIO numerator_aggregation: SUM", "denominator: required with RATIO"},
      {"aggregation: RATIO numerator_aggregation: MAX denominator: PAGE_VIEW denominator_aggregation: COUNT",
       "numerator_aggregation: of PURCHASE_AMOUNT must be one of COUNT, SUM"},
      {"aggregation: RATIO numerator_aggregation: SUM denominator: PAGE_VIEW denominator_aggregation: DISTINCT",
       "denominator_aggregation: of PAGE_VIEW must be one of COUNT"},
      {"field: TIME_ON_SITE filters { on_promotion: true }", "filters: on_promotion does not apply to TIME_ON_SITE"},
      {"field: TIME_ON_SITE filters { category: 'toys' }", "filters: category does not apply to TIME_ON_SITE"},
      {"filters { category: 'a' } filters { category: 'b' }", "filters: category is given twice"},
      {"filters { on_promotion: true } filters { on_promotion: false }", "filters: on_promotion is given twice"},
      {"filters { category: '' }", "filters: category must have 1 to 256 bytes"},
      {"filters { }", "filters: must say on_promotion or category"},
      {"window { }", "window: required"},
      {"window { days: 1097 }", "window: days must be 1 to 1096, is 1097"},
      {"window { months: 37 }", "window: months must be 1 to 36, is 37"},
      {"window { calendar_months: 0 }", "window: calendar_months must be 1 to 36, is 0"},
      {"window { months: 1 offset: 37 }", "window: offset must be 0 to 36, is 37"},
      {"window { lifetime: true offset: 1 }", "window: offset does not apply to lifetime"},
      {"window { lifetime: false }", "window: lifetime can only be true"},
      {"field: SERVICE_TIER aggregation: LAST", "window: SERVICE_TIER holds until it is changed"},
      {"aggregation: DAYS_SINCE_LAST window { days: 7 offset: 1 }", "window: DAYS_SINCE_LAST counts back from T"},
      {"aggregation: DAYS_SINCE_LAST window { calendar_months: 1 }", "window: DAYS_SINCE_LAST counts back from T"},
      {"field: UNPAID_QUANTITY aggregation: DAYS_SINCE_LAST", "DAYS_SINCE_LAST does not apply to UNPAID_QUANTITY"},
      {"aggregation: MONTHLY_MEAN", "window: MONTHLY_MEAN needs months or calendar_months"},
      {"label { en: 'two\\nlines' }", "label: must be one line of at most 256 bytes in each language"},
      {"role: SEGMENT once_covered: true", "once_covered: only with role INPUT"},
      {"default_value { category: 'x' }", "default_value: category does not fit a number"},
      {"default_value { number: nan }", "default_value: number must be finite"},
      {"default_value { missing: false }", "default_value: missing can only be true"},
      {"field: PURCHASE_CATEGORY aggregation: MOST_FREQUENT default_value { number: 1 }",
       "default_value: number does not fit a category"},
      {"field: PURCHASE_CATEGORY aggregation: MOST_FREQUENT scale: 2", "scale: does not apply to a category"},
      {"scale: 0", "scale: must be one over a whole number"},
      {"scale: inf", "scale: must be one over a whole number"},
  };
  for (const Case& c : cases) {
    std::string text = c.change;
    const auto complete = [&](const char* field, const char* value) {
      const bool given = absl::StrCat(" ", text).find(absl::StrCat(" ", field)) != std::string::npos;
      if (!given) absl::StrAppend(&text, " ", field, value);
    };
    complete("name:", " 'a'");
    complete("role:", " INPUT");
    complete("field:", " PURCHASE_AMOUNT");
    complete("aggregation:", " SUM");
    complete("window ", "{ days: 7 }");
    EXPECT_THAT(Mistakes("features { " + text + " }"), HasSubstr(c.mistake)) << text;
  }
}

TEST(DeclarationsTest, AWindowLongerThanTheRetentionIsRefusedByName) {
  const std::string text =
      "features {\n name: 'a' role: INPUT field: PAGE_VIEW aggregation: COUNT\n window { months: 1 offset: 2 } }\n"
      "features { name: 'b' role: INPUT field: PAGE_VIEW aggregation: COUNT window { lifetime: true } }\n"
      "features { name: 'c' role: INPUT field: PAGE_VIEW aggregation: COUNT window { days: 92 } }";
  EXPECT_TRUE(CompileDeclarations(text, "f", absl::Hours(24 * 93)).ok());
  EXPECT_EQ(std::string(CompileDeclarations(text, "f", absl::Hours(24 * 92)).status().message()),
            "f:3:2: feature `a`: window: looks up to 92 days back, which takes events of 93 days, but the store keeps "
            "events for 92 days (--retention); shorten it, or keep events for longer\n"
            "f:5:70: feature `c`: window: looks up to 92 days back, which takes events of 93 days, but the store keeps "
            "events for 92 days (--retention); shorten it, or keep events for longer");
  EXPECT_TRUE(CompileDeclarations(DefaultDeclarationsText(), "f", absl::Hours(24 * 1096)).ok());
}

TEST(DeclarationsTest, TheShopAndTheListAreChecked) {
  const std::string feature =
      "features { name: 'a' role: INPUT field: PAGE_VIEW aggregation: COUNT window { days: 1 } }\n";
  EXPECT_THAT(Mistakes(""), HasSubstr("shop.textproto:1:1: features: at least one is required"));
  EXPECT_THAT(Mistakes(feature + feature), HasSubstr("shop.textproto:2:1: feature `a`: name: is declared twice"));
  EXPECT_THAT(Mistakes(feature + "shop { time_zone: 'Mars/Olympus' }"), HasSubstr("`Mars/Olympus` is no time zone"));
  EXPECT_EQ(Mistakes(feature + "shop {\n  money_scale: 7\n  currency: 'euro' }"),
            "shop.textproto:3:3: shop: money_scale: must be 0 to 6, is 7\n"
            "shop.textproto:4:3: shop: currency: must be three capital letters such as `EUR`");
}

}  // namespace
}  // namespace ebb::feature_store
