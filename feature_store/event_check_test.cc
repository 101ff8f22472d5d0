#include "feature_store/event_check.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "feature_store/clean_text.h"
#include "feature_store/test_events.h"
#include "gmock/gmock.h"

namespace ebb::feature_store {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromCivil(absl::CivilDay(2025, 6, 1), absl::UTCTimeZone());

std::string Text(const std::vector<Violation>& violations) {
  return absl::StrJoin(violations, "\n", [](std::string* out, const Violation& v) {
    absl::StrAppend(out, v.field, " = `", v.value, "`: ", v.rule);
  });
}

EventLimits Backfill() {
  EventLimits limits;
  limits.backfill = true;
  return limits;
}

std::string Check(const v1::Event& event, const EventLimits& limits = {}) {
  return Text(CheckEvent(event, kNow, limits));
}

TEST(EventCheckTest, GoodEventsPass) {
  for (const char* body : {
           "page_view { visit_id: 'v' }",
           "page_view { visit_id: 'v' category: 'Товары для детей' }",
           "basket_change { visit_id: 'v' action: REMOVE items { product_id: 'p' category: 'c' quantity: 1000000 } }",
           "service_error { visit_id: 'v' }",
           "marketing_contact { channel: SMS campaign_id: 'c' offer_id: 'o' }",
           "profile_change { service_tier: 'premium' marketing_consent: false registration_date { year: 2024 month: 2 "
           "day: "
           "29 } birthday { month: 2 day: 29 } }",
           "profile_change { }",
           "purchase { order_id: 'o' lines { product_id: 'p' category: 'c' quantity: 1 unit_price_minor: 0 } }",
           "refund { order_id: 'o' amount_minor: 1000000000000 }",
           "profit_statement { year: 2025 month: 12 profit_minor: -1000000000000 }",
           "time_on_site { visit_id: 'v' duration_ms: 86400000 }",
           "activity_label { activity: STEADY }",
           "offer_decision { decision_id: 'd' offer: 'o' campaign: 'o' status: HELD_OUT reason: 'holdout' channel: "
           "SITE "
           "segment: 'low_profit/stable' named_segments: 's' probability: 1 untreated_share: 0.1 catalogue: 'c' }",
           "offer_outcome { decision_id: 'd' offer: 'o' kind: CONTACTED }",
       }) {
    EXPECT_THAT(Check(EventAt(kNow, "e", body)), IsEmpty()) << body;
  }
}

TEST(EventCheckTest, EveryBodyRuleNamesFieldValueAndRule) {
  const std::string line = "product_id: 'p' category: 'c' quantity: 1 unit_price_minor: 5";
  struct Case {
    std::string body;
    const char* violation;
  };
  const Case cases[] = {
      {"", "body = ``: required: exactly one of page_view"},
      {"imported_snapshot { }", "imported_snapshot = ``: is made by the RPC ImportSnapshot alone"},
      {"page_view { }", "page_view.visit_id = ``: required; 1 to 256 bytes"},
      {"page_view { visit_id: 'a\\tb' }", "page_view.visit_id = `a\\tb`: must be UTF-8 without control characters"},
      {"page_view { visit_id: 'v' category: '\\302\\205' }",
       "page_view.category = `\\xc2\\x85`: must be UTF-8 without"},
      {"basket_change { action: ADD items { product_id: 'p' category: 'c' quantity: 1 } }",
       "basket_change.visit_id = ``: required"},
      {"basket_change { visit_id: 'v' items { product_id: 'p' category: 'c' quantity: 1 } }",
       "basket_change.action = `0`: must be ADD or REMOVE"},
      {"basket_change { visit_id: 'v' action: ADD }", "basket_change.items = `0 entries`: must have 1 to 1000 entries"},
      {"basket_change { visit_id: 'v' action: ADD items { category: 'c' quantity: 1 } }",
       "basket_change.items[0].product_id = ``: required"},
      {"basket_change { visit_id: 'v' action: ADD items { product_id: 'p' quantity: 1 } }",
       "basket_change.items[0].category = ``: required"},
      {"basket_change { visit_id: 'v' action: ADD items { product_id: 'p' category: 'c' quantity: 0 } }",
       "basket_change.items[0].quantity = `0`: must be 1 to 1000000"},
      {"service_error { code: '500' }", "service_error.visit_id = ``: required"},
      {"marketing_contact { }", "marketing_contact.channel = `0`: must be MAILING, CALL"},
      {"profile_change { service_tier: '' }", "profile_change.service_tier = ``: required"},
      {"profile_change { registration_date { year: 1899 month: 1 day: 1 } }",
       "profile_change.registration_date.year = `1899`: must be 1900 to 9999"},
      {"profile_change { registration_date { year: 2025 month: 13 day: 1 } }",
       "profile_change.registration_date.month = `13`: must be 1 to 12"},
      {"profile_change { registration_date { year: 2025 month: 2 day: 29 } }",
       "profile_change.registration_date.day = `29`: must be 1 to 28"},
      {"profile_change { birthday { month: 0 day: 1 } }", "profile_change.birthday.month = `0`: must be 1 to 12"},
      {"profile_change { birthday { month: 2 day: 30 } }", "profile_change.birthday.day = `30`: must be 1 to 29"},
      {"purchase { lines { " + line + " } }", "purchase.order_id = ``: required"},
      {"purchase { order_id: 'o' }", "purchase.lines = `0 entries`: must have 1 to 1000 entries"},
      {"purchase { order_id: 'o' lines { " + line + " } lines { product_id: 'p' category: 'c' quantity: -3 } }",
       "purchase.lines[1].quantity = `-3`: must be 1 to 1000000"},
      {"purchase { order_id: 'o' lines { product_id: 'p' category: 'c' quantity: 1 unit_price_minor: 1000000000001 } }",
       "purchase.lines[0].unit_price_minor = `1000000000001`: must be 0 to 1000000000000"},
      {"purchase { order_id: 'o' lines { product_id: 'p' category: 'c' quantity: 1000000 unit_price_minor: "
       "1000000000000 } }",
       "purchase.lines = ``: quantities times unit prices must be at most 10^15"},
      {"refund { amount_minor: 1 }", "refund.order_id = ``: required"},
      {"refund { order_id: 'o' }", "refund.amount_minor = `0`: must be 1 to 1000000000000"},
      {"profit_statement { year: 2025 month: 0 }", "profit_statement.month = `0`: must be 1 to 12"},
      {"profit_statement { month: 1 }", "profit_statement.year = `0`: must be 1900 to 9999"},
      {"profit_statement { year: 2025 month: 1 profit_minor: -1000000000001 }",
       "profit_statement.profit_minor = `-10000"},
      {"time_on_site { duration_ms: 1 }", "time_on_site.visit_id = ``: required"},
      {"time_on_site { visit_id: 'v' duration_ms: 86400001 }",
       "time_on_site.duration_ms = `86400001`: must be 1 to 86400000"},
      {"activity_label { }", "activity_label.activity = `0`: must be DECLINED or STEADY"},
      {"offer_decision { }", "offer_decision.decision_id = ``: required; 1 to 64 bytes"},
      {"offer_decision { decision_id: 'd' offer: 'o' campaign: 'o' }", "offer_decision.status = `0`: must be OFFERED"},
      {"offer_decision { decision_id: 'd' offer: 'o' campaign: 'o' status: OFFERED reason: 'r' probability: 1.5 }",
       "offer_decision.probability = `1.5`: must be 0 to 1"},
      {"offer_decision { decision_id: 'd' offer: 'o' campaign: 'o' status: OFFERED expected_net_value: nan }",
       "offer_decision.expected_net_value = `nan`: must be finite"},
      {"offer_outcome { offer: 'o' kind: SHOWN }", "offer_outcome.decision_id = ``: required; 1 to 64 bytes"},
      {"offer_outcome { decision_id: 'd' offer: 'o' }", "offer_outcome.kind = `0`: must be SHOWN"},
  };
  for (const Case& c : cases) EXPECT_THAT(Check(EventAt(kNow, "e", c.body)), HasSubstr(c.violation)) << c.body;
}

TEST(EventCheckTest, EnumValuesOfTheFutureAreRefused) {
  v1::Event event = EventAt(kNow, "e", "marketing_contact { }");
  event.mutable_marketing_contact()->set_channel(static_cast<v1::MarketingContact::Channel>(99));
  EXPECT_THAT(Check(event), HasSubstr("marketing_contact.channel = `99`"));
  event.mutable_activity_label()->set_activity(static_cast<v1::ActivityLabel::Activity>(99));
  EXPECT_THAT(Check(event), HasSubstr("activity_label.activity = `99`"));
}

TEST(EventCheckTest, IdentityIsRequiredAndBounded) {
  v1::Event event = EventAt(kNow, "", "service_error { visit_id: 'v' }");
  event.set_customer_id(std::string(129, 'x'));
  event.clear_event_time();
  EXPECT_EQ(Check(event), "customer_id = `" + std::string(61, 'x') +
                              "...`: must have at most 128 bytes, has 129\n"
                              "event_id = ``: required; 1 to 64 bytes\n"
                              "event_time = ``: required");
}

TEST(EventCheckTest, TooManyLinesAreCountedNotListed) {
  v1::Event event = EventAt(kNow, "e", "purchase { order_id: 'o' }");
  for (int i = 0; i < 1001; ++i) event.mutable_purchase()->add_lines();
  EXPECT_THAT(Check(event), HasSubstr("purchase.lines = `1001 entries`: must have 1 to 1000 entries"));
}

TEST(EventCheckTest, AfterEightBrokenRulesTheRestIsCounted) {
  v1::Event event = EventAt(kNow, "e", "purchase { order_id: 'o' }");
  for (int i = 0; i < 1000; ++i) event.mutable_purchase()->add_lines();
  const std::vector<Violation> violations = CheckEvent(event, kNow, {});
  ASSERT_EQ(violations.size(), 9u);
  EXPECT_EQ(violations[7].field, "purchase.lines[2].category");
  EXPECT_EQ(violations[8], (Violation{"", "", "and 2992 more; correct those listed first"}));
}

TEST(EventCheckTest, TimesHaveLimits) {
  const char* body = "service_error { visit_id: 'v' }";
  EXPECT_THAT(Check(EventAt(kNow + absl::Minutes(5), "e", body)), IsEmpty());
  EXPECT_EQ(
      Check(EventAt(kNow + absl::Minutes(5) + absl::Microseconds(1), "e", body)),
      "event_time = `2025-06-01T00:05:00.000001+00:00`: must not be more than 5m ahead of the store's wall clock; "
      "check the sender's clock");
  EXPECT_THAT(Check(EventAt(kNow - absl::Hours(24 * 1096), "e", body)), IsEmpty());
  EXPECT_THAT(Check(EventAt(kNow - absl::Hours(24 * 1096) - absl::Microseconds(1), "e", body)),
              HasSubstr("must not be older than the store's retention of 1096 days"));
  // A store that replays history measures age by its own clock.
  EventLimits replay;
  replay.store_clock = At("2019-06-01T00:00:00");
  EXPECT_THAT(Check(EventAt(At("2019-01-01T00:00:00"), "e", body), replay), IsEmpty());

  v1::Event event = EventAt(kNow, "e", body);
  event.mutable_event_time()->set_nanos(1'000'000'000);
  EXPECT_EQ(Check(event), "event_time = `1000000000 ns`: nanos must be 0 to 999999999");
  event.mutable_event_time()->set_seconds(253'402'300'800);
  EXPECT_EQ(Check(event), "event_time = `253402300800 s`: must lie in the years 1 to 9999");
}

TEST(EventCheckTest, KnownAtCountsOnlyInABackfill) {
  v1::Event event = EventAt(kNow, "e", "service_error { visit_id: 'v' }");
  *event.mutable_known_at() = ToTimestamp(kNow - absl::Seconds(1));
  EXPECT_THAT(Check(event), IsEmpty());
  EXPECT_EQ(Check(event, Backfill()), "known_at = `2025-05-31T23:59:59+00:00`: must not be before event_time");
  *event.mutable_known_at() = ToTimestamp(kNow + absl::Hours(1));
  EXPECT_EQ(Check(event, Backfill()),
            "known_at = `2025-06-01T01:00:00+00:00`: must not be more than 5m ahead of the store's wall clock");
  event.clear_known_at();
  EXPECT_THAT(Check(event, Backfill()), IsEmpty());
}

TEST(CleanTextTest, KnowsUtf8) {
  for (const char* good : {"", "a~", "é", "Товары", "中", "😀"}) EXPECT_TRUE(IsCleanText(good)) << good;
  for (const char* bad : {"\n", "\x7f", "\xc2\x80", "\xff", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                          "\xf5\x80\x80\x80", "\xd0", "\xd0x"}) {
    EXPECT_FALSE(IsCleanText(bad)) << Shown(bad);
  }
}

TEST(CleanTextTest, NeverCutsACharacter) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "ж";
  const std::string shown = Shown(text);
  EXPECT_LE(shown.size(), 64u);
  EXPECT_TRUE(IsCleanText(shown)) << shown;
  EXPECT_EQ(Shown("\x01"), "\\x01");
}

std::string CheckRow(const std::string& values, const std::string& rest = "") {
  static const CompiledDeclarations declarations = DefaultDeclarations();
  v1::SnapshotRow row;
  const std::string text = "customer_id: 'c' snapshot { " + values + " " + rest + " }";
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &row)) << text;
  return Text(CheckSnapshotRow(row, declarations));
}

std::string CheckValue(const std::string& feature, const std::string& kind) {
  return CheckRow("values { feature: '" + feature + "' " + kind + " }");
}

TEST(SnapshotCheckTest, GoodValuesPass) {
  EXPECT_THAT(CheckValue("revenue_month_0", "decimal: '3293.1'"), IsEmpty());
  EXPECT_THAT(CheckValue("minutes_month_1", "decimal: '12.5'"), IsEmpty());
  EXPECT_THAT(CheckValue("tenure_days", "decimal: '121'"), IsEmpty());
  EXPECT_THAT(CheckValue("promo_purchase_share_6m", "decimal: '0.3333333333333333'"), IsEmpty());
  EXPECT_THAT(CheckValue("service_tier", "category: 'премиум'"), IsEmpty());
  EXPECT_THAT(CheckValue("marketing_consent", "category: 'no'"), IsEmpty());
  EXPECT_THAT(CheckRow("values { feature: 'tenure_days' decimal: '1' }", "activity: DECLINED training_exclusions: 'x'"),
              IsEmpty());
}

TEST(SnapshotCheckTest, EveryRuleNamesFieldValueFeatureAndRule) {
  EXPECT_EQ(CheckValue("revenue_month_0", "decimal: '3293.105'"),
            "snapshot.values[0].decimal = `3293.105`: feature `revenue_month_0`: must be whole in its smallest unit "
            "(the unit "
            "times `scale`), at most 2^53 of them");
  EXPECT_THAT(CheckValue("revenue_month_0", "decimal: '3 293'"), HasSubstr("must be a decimal such as `3293.1`"));
  EXPECT_THAT(CheckValue("profit_3m_avg", "decimal: 'nan'"), HasSubstr("must be a decimal such as `3293.1`"));
  EXPECT_THAT(CheckValue("revenue_month_0", "category: 'x'"),
              HasSubstr(".category = `x`: feature `revenue_month_0`: is a number"));
  EXPECT_THAT(CheckValue("service_tier", "decimal: '1'"),
              HasSubstr(".decimal = `1`: feature `service_tier`: is a category"));
  EXPECT_THAT(CheckValue("service_tier", "category: ''"), HasSubstr("snapshot.values[0].category = ``: required"));
  EXPECT_THAT(CheckValue("marketing_consent", "category: 'да'"), HasSubstr("must be `yes` or `no`"));
  EXPECT_THAT(CheckValue("service_errors_3m", "decimal: '-1'"), HasSubstr("is a count and must not be negative"));
  EXPECT_THAT(CheckValue("service_errors_3m", "decimal: '1.5'"), HasSubstr("must be whole"));
  EXPECT_THAT(CheckValue("birthday", "category: '02-30'"), HasSubstr("must be month and day as `MM-DD`"));
  EXPECT_THAT(CheckValue("birthday", "category: '2-29'"), HasSubstr("must be month and day as `MM-DD`"));
  EXPECT_THAT(CheckValue("birthday", "category: '02-29'"), IsEmpty());
  EXPECT_THAT(CheckValue("tenure_days", "decimal: '-1'"), HasSubstr("must be 0 to 100000 days"));
  EXPECT_THAT(CheckValue("revenue", "decimal: '1'"),
              HasSubstr("snapshot.values[0].feature = `revenue`: must be the name of"));
  EXPECT_THAT(CheckValue("tenure_days", ""), HasSubstr("needs `decimal` or `category`"));
  EXPECT_THAT(CheckRow(""), HasSubstr("snapshot.values = ``: at least one is required"));
  EXPECT_THAT(CheckRow("values { feature: 'tenure_days' decimal: '1' } values { feature: 'tenure_days' decimal: '1' }"),
              HasSubstr("snapshot.values[1].feature = `tenure_days`: is named twice"));
  EXPECT_THAT(CheckRow("values { feature: 'tenure_days' decimal: '1' }", "training_exclusions: ''"),
              HasSubstr("snapshot.training_exclusions[0] = ``: required"));
  EXPECT_THAT(Text(CheckSnapshotRow(v1::SnapshotRow(), DefaultDeclarations())),
              HasSubstr("customer_id = ``: required"));
}

std::string CheckRepair(const std::string& repair) {
  v1::SnapshotHeader header;
  const std::string good = "repairs { kind: REPEATED_ROWS source: 'money.csv' rows: 1 }";
  const std::string text = good + " repairs { " + repair + " }";
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &header)) << text;
  return Text(CheckRepairs(header.repairs()));
}

TEST(RepairCheckTest, GoodRepairsPass) {
  const std::string longest(256, 'x');
  EXPECT_THAT(CheckRepair("kind: UNMATCHED_ROWS source: 'money.csv' rows: 1"), IsEmpty());
  EXPECT_THAT(CheckRepair("kind: TYPING_ERROR source: '" + longest + "' column: '" + longest + "' from: '" + longest +
                          "' to: '" + longest + "' rows: 9007199254740992"),
              IsEmpty());
}

TEST(RepairCheckTest, EveryRuleNamesFieldValueAndRule) {
  const struct {
    std::string repair, refusal;
  } kCases[] = {
      {"source: 's' rows: 1", "repairs[1].kind = `0`: must say what was wrong"},
      {"kind: LETTER_CASE rows: 1", "repairs[1].source = ``: required; 1 to 256 bytes"},
      {"kind: LETTER_CASE source: 's'", "repairs[1].rows = `0`: must be 1 to 9007199254740992"},
      {"kind: LETTER_CASE source: 's' rows: -3", "repairs[1].rows = `-3`: must be 1 to 9007199254740992"},
      {"kind: LETTER_CASE source: 's' rows: 1 to: 'a\\nb'",
       "repairs[1].to = `a\\nb`: must be UTF-8 without control characters"},
  };
  for (const auto& one : kCases) EXPECT_EQ(CheckRepair(one.repair), one.refusal);
  for (const char* field : {"source", "column", "from", "to"}) {
    const std::string repair = absl::StrCat("kind: LETTER_CASE rows: 1 ", field[0] == 's' ? "" : "source: 's' ", field,
                                            ": '", std::string(257, 'x'), "'");
    EXPECT_THAT(CheckRepair(repair), HasSubstr(absl::StrCat("repairs[1].", field, " = `")));
    EXPECT_THAT(CheckRepair(repair), HasSubstr("must have at most 256 bytes, has 257"));
  }
}

TEST(RepairCheckTest, AThousandPass) {
  v1::SnapshotHeader header;
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_TRUE(
        google::protobuf::TextFormat::ParseFromString("kind: REPEATED_ROWS source: 's' rows: 1", header.add_repairs()));
  }
  EXPECT_THAT(Text(CheckRepairs(header.repairs())), IsEmpty());
  *header.add_repairs() = header.repairs(0);
  EXPECT_EQ(Text(CheckRepairs(header.repairs())), "repairs = ``: has 1001; must have at most 1000");
}

}  // namespace
}  // namespace ebb::feature_store
