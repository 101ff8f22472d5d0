// Random histories, half of them known late, back-filled or imported: the rows of all dates in one pass must be those
// that a fold of its own gives for each date, in every bit. The seed of a failing case is in its message;
// EBB_TEST_SEED runs that one alone, EBB_TEST_CASES sets how many run.
#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "feature_store/test_events.h"
#include "feature_store/training_row.h"
#include "tests/support/random_cases.h"

namespace ebb::feature_store {
namespace {

const absl::Time kStart = absl::FromCivil(absl::CivilDay(2024, 1, 1), absl::UTCTimeZone());

class RandomCustomer {
 public:
  explicit RandomCustomer(uint64_t seed) : random_(seed) {}

  int64_t Below(int64_t end) { return std::uniform_int_distribution<int64_t>(0, end - 1)(random_); }

  // Times that often meet: whole hours of some months.
  absl::Time Time() { return kStart + absl::Hours(Below(4) == 0 ? 24 * 30 * Below(14) : Below(24 * 400)); }

  std::vector<v1::Event> History() {
    std::vector<v1::Event> history;
    const int64_t events = Below(60);
    for (int64_t i = 0; i < events; ++i) history.push_back(Event(absl::StrCat("e", i)));
    std::sort(history.begin(), history.end(), [](const v1::Event& a, const v1::Event& b) {
      return std::pair(EventTime(a), a.event_id()) < std::pair(EventTime(b), b.event_id());
    });
    return history;
  }

  std::vector<absl::Time> Dates() {
    std::vector<absl::Time> dates;
    for (int64_t i = Below(14); i >= 0; --i) dates.push_back(Time() + absl::Microseconds(Below(2)));
    std::sort(dates.begin(), dates.end());
    dates.erase(std::unique(dates.begin(), dates.end()), dates.end());
    return dates;
  }

 private:
  v1::Event Event(const std::string& id) {
    const absl::Time time = Time();
    v1::Event event = EventAt(time, id, Body());
    if (event.has_imported_snapshot()) return event;
    switch (Below(4)) {
      case 0:  // back-filled
        break;
      case 1:  // late
        *event.mutable_known_at() = ToTimestamp(time + absl::Hours(Below(24 * 120)));
        break;
      default:
        *event.mutable_known_at() = ToTimestamp(time + absl::Microseconds(Below(3)));
    }
    return event;
  }

  std::string Body() {
    const std::string visit = absl::StrCat("visit_id: 'v", Below(5), "' ");
    const std::string category = Below(2) == 0 ? "'toys'" : "'food'";
    switch (Below(9)) {
      case 0:
        return absl::StrCat("page_view { ", visit, "category: ", category, " }");
      case 1:
        return absl::StrCat("basket_change { ", visit, "action: ADD items { product_id: 'p", Below(3),
                            "' category: ", category, " quantity: ", 1 + Below(3), " } }");
      case 2:
        return absl::StrCat("time_on_site { ", visit, "duration_ms: ", 1 + Below(100'000), " }");
      case 3:
        return absl::StrCat("profile_change { service_tier: 't", Below(3), "' marketing_consent: true }");
      case 4:
        return absl::StrCat("profit_statement { year: 2024 month: ", 1 + Below(12), " profit_minor: ", Below(10'000),
                            " }");
      case 5:
        return "refund { order_id: 'o' amount_minor: 50 }";
      case 6:
        return absl::StrCat("imported_snapshot { activity: ", Below(2) == 0 ? "DECLINED" : "STEADY",
                            " values { feature: 'revenue_month_0' decimal: '", Below(500),
                            "' } values { feature: 'favourite_category_6m' category: ", category, " } }");
      default:
        return absl::StrCat("purchase { order_id: 'o' lines { product_id: 'p", Below(3), "' category: ", category,
                            " quantity: ", 1 + Below(5), " unit_price_minor: ", Below(1'000),
                            " on_promotion: ", Below(2) == 0 ? "true" : "false", " } }");
    }
  }

  std::mt19937_64 random_;
};

class Oracle {
 public:
  Oracle(const CompiledDeclarations& declarations, const std::vector<v1::Event>& history, absl::Time began)
      : declarations_(declarations) {
    for (const v1::Event& event : history) {
      if (event.has_imported_snapshot() || KnownAt(event) < began) history_.push_back(event);
    }
  }

  // What the rule's own words say, event by event.
  std::string DeclineLabel(absl::Time t, const v1::PurchaseDecline& rule, absl::Time now,
                           absl::Time known_before) const {
    const ShopCalendar& calendar = declarations_.calendar();
    const absl::Time end = calendar.MonthsAfter(t, rule.horizon_months());
    if (end > now) return "label_not_mature";
    for (int month = 0; month < rule.horizon_months(); ++month) {
      const bool bought = std::any_of(history_.begin(), history_.end(), [&](const v1::Event& event) {
        return event.has_purchase() && EventTime(event) < calendar.MonthsAfter(t, -month) &&
               EventTime(event) >= calendar.MonthsAfter(t, -month - 1) && KnownAt(event) < known_before;
      });
      if (!bought) return "not_active";
    }
    const absl::Time begin = calendar.MonthsAfter(t, -rule.horizon_months());
    if (Measure(begin, t, rule.measure(), known_before) <= 0) return "not_active";
    const int64_t before = Measure(begin, t, rule.measure(), absl::InfiniteFuture());
    const int64_t after = Measure(t, end, rule.measure(), absl::InfiniteFuture());
    return static_cast<double>(before - after) > rule.decline_share() * static_cast<double>(before) ? "declined"
                                                                                                    : "steady";
  }

  // Purchases less refunds of the month after, in minor units; nothing where the month has not passed.
  std::optional<int64_t> RevenueAfter(absl::Time t, absl::Time now) const {
    const absl::Time end = declarations_.calendar().MonthsAfter(t, 1);
    if (end > now) return std::nullopt;
    return Measure(t, end, v1::PurchaseDecline::SPEND, absl::InfiniteFuture());
  }

  FeatureValues Values(absl::Time t, absl::Time known_before) const {
    return ValuesAsOf(declarations_, history_, t, known_before);
  }

 private:
  int64_t Measure(absl::Time from, absl::Time to, v1::PurchaseDecline::Measure measure, absl::Time known_before) const {
    int64_t sum = 0;
    for (const v1::Event& event : history_) {
      if (EventTime(event) < from || EventTime(event) >= to || KnownAt(event) >= known_before) continue;
      if (measure == v1::PurchaseDecline::ORDERS) sum += event.has_purchase();
      for (const v1::PurchaseLine& line : event.purchase().lines()) {
        if (measure == v1::PurchaseDecline::ITEMS) sum += line.quantity();
        if (measure == v1::PurchaseDecline::SPEND) sum += line.quantity() * line.unit_price_minor();
      }
      if (measure == v1::PurchaseDecline::SPEND) sum -= event.refund().amount_minor();
    }
    return sum;
  }

  const CompiledDeclarations& declarations_;
  std::vector<v1::Event> history_;
};

void RunRowCase(const CompiledDeclarations& declarations, uint64_t seed) {
  RandomCustomer random(seed);
  const std::vector<v1::Event> history = random.History();
  const std::vector<absl::Time> dates = random.Dates();
  const absl::Time began = kStart + absl::Hours(24 * (300 + random.Below(300)));
  v1::PurchaseDecline rule;
  rule.set_horizon_months(static_cast<int>(1 + random.Below(3)));
  rule.set_measure(static_cast<v1::PurchaseDecline::Measure>(1 + random.Below(3)));
  rule.set_decline_share(0.3);
  const Knowledge knowledge{
      .now_us = absl::ToUnixMicros(began), .known_before_us = absl::ToUnixMicros(began), .late = random.Below(4) == 0};

  const Oracle oracle(declarations, history, began);
  google::protobuf::Arena arena;
  std::vector<EventView> views;
  for (const v1::Event& event : history) views.push_back(ViewOf(event, &arena));
  std::vector<LabelDate> label_dates = LabelDatesOf(rule, declarations.calendar(), dates);
  MarkKnownRevenue({.now_us = knowledge.now_us, .first_purchase_us = 0, .expired_before_us = 0},
                   declarations.calendar(), label_dates);
  TrainingRows rows(&declarations, rule, label_dates, knowledge, /*with_revenue=*/true);
  for (int again = 0; again < 2; ++again) {  // what a customer leaves behind must not reach the next
    rows.Build(views, [&](const LabelDate& date, const Label& label, const FeatureValues* values) {
      const absl::Time t = absl::FromUnixMicros(date.as_of_us);
      const absl::Time known_before = knowledge.late ? began : t;
      const std::string want = oracle.DeclineLabel(t, rule, began, known_before);
      if (const auto* exclusion = std::get_if<Exclusion>(&label)) {
        EXPECT_EQ(exclusion->reason, want) << t;
        EXPECT_EQ(values, nullptr);
        return;
      }
      EXPECT_EQ(std::get<bool>(label) ? "declined" : "steady", want) << t;
      EXPECT_EQ(rows.RevenueAfter(date), oracle.RevenueAfter(t, began)) << t;
      ASSERT_NE(values, nullptr);
      const FeatureValues want_values = oracle.Values(t, known_before);
      EXPECT_EQ(values->bytes(), want_values.bytes()) << t;
      EXPECT_EQ(values->last_event_us, want_values.last_event_us) << t;
    });
  }
}

TEST(TrainingRowProperty, OnePassGivesWhatAFoldForEachDateGives) {
  const CompiledDeclarations declarations = DefaultDeclarations();
  testing::RunRandomCases(2'000, [&](uint64_t seed) { RunRowCase(declarations, seed); });
}

}  // namespace
}  // namespace ebb::feature_store
