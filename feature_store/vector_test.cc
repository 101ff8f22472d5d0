// What the contracts say of vectors, told case by case. Random cases: vector_property_test.cc.
#include "feature_store/vector.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "feature_store/test_events.h"
#include "feature_store/training_row.h"

namespace ebb::feature_store {
namespace {

class VectorTest : public ::testing::Test {
 protected:
  void Add(v1::Event event) { events_.push_back(std::move(event)); }

  void Import(absl::Time as_of, const std::string& id, const std::vector<std::pair<std::string, std::string>>& values) {
    v1::Event event = EventAt(as_of, id, "");
    event.mutable_imported_snapshot();
    for (const auto& [feature, value] : values) {
      v1::ImportedValue& imported = *event.mutable_imported_snapshot()->add_values();
      imported.set_feature(feature);
      const int index = declarations_.FindFeature(feature);
      ASSERT_GE(index, 0) << feature;
      if (declarations_.schema().features(index).kind() == v1::CATEGORY)
        imported.set_category(value);
      else
        imported.set_decimal(value);
    }
    Add(std::move(event));
  }

  // `3293.1 PRESENT`.
  std::string Value(const std::string& feature, absl::Time as_of) const {
    const v1::FeatureVector vector = VectorAsOf(declarations_, events_, as_of, absl::InfiniteFuture());
    const v1::FeatureValue& value = vector.values(declarations_.FindFeature(feature));
    const std::string shown = value.has_number()     ? absl::StrCat(value.number())
                              : value.has_category() ? value.category()
                                                     : "missing";
    return absl::StrCat(shown, " ", FeatureStatus_Name(value.status()));
  }

  absl::Time NextChangeAfter(absl::Time as_of) const {
    CustomerState state;
    for (const v1::Event& event : events_) {
      if (IsBefore(event, as_of)) state.Fold(declarations_, event);
    }
    return NextChange(declarations_, state, as_of);
  }

  const CompiledDeclarations declarations_ = DefaultDeclarations();
  std::vector<v1::Event> events_;
};

TEST_F(VectorTest, AnEventStampedTCountsOnlyAfterT) {
  const absl::Time t = At("2025-03-10T12:00:00");
  Add(PurchaseAt(t, "e", 1000));
  EXPECT_EQ(Value("revenue_month_0", t), "0 NEVER_SEEN");
  EXPECT_EQ(Value("revenue_month_0", t + absl::Microseconds(1)), "10 PRESENT");
}

TEST_F(VectorTest, RevenueMovesThroughTheMonths) {
  Add(PurchaseAt(At("2025-03-10T12:00:00"), "e", 329310));
  const auto row = [&](const char* as_of) {
    return absl::StrCat(Value("revenue_month_0", At(as_of)), ", ", Value("revenue_month_1", At(as_of)), ", ",
                        Value("revenue_month_2", At(as_of)));
  };
  EXPECT_EQ(row("2025-03-11T00:00:00"), "3293.1 PRESENT, 0 DEFAULT, 0 DEFAULT");
  EXPECT_EQ(row("2025-04-10T23:59:59"), "3293.1 PRESENT, 0 DEFAULT, 0 DEFAULT");
  EXPECT_EQ(row("2025-04-11T00:00:00"), "0 DEFAULT, 3293.1 PRESENT, 0 DEFAULT");
  EXPECT_EQ(row("2025-05-11T00:00:00"), "0 DEFAULT, 0 DEFAULT, 3293.1 PRESENT");
  EXPECT_EQ(row("2025-06-11T00:00:00"), "0 DEFAULT, 0 DEFAULT, 0 DEFAULT");
}

TEST_F(VectorTest, ARefundLowersTheDayItHappenedOn) {
  Add(PurchaseAt(At("2025-03-01T12:00:00"), "e1", 10'000));
  Add(EventAt(At("2025-04-05T12:00:00"), "e2", "refund { order_id: 'e1' amount_minor: 2500 }"));
  EXPECT_EQ(Value("revenue_month_0", At("2025-04-06T00:00:00")), "-25 PRESENT");
  EXPECT_EQ(Value("revenue_month_1", At("2025-04-06T00:00:00")), "100 PRESENT");
}

TEST_F(VectorTest, AVisitOverMidnightIsOneVisit) {
  for (const char* time : {"2025-03-10T23:50:00", "2025-03-11T00:10:00"}) {
    Add(EventAt(At(time), time, "page_view { visit_id: 'v' category: 'toys' }"));
  }
  Add(EventAt(At("2025-03-11T00:11:00"), "help", "page_view { visit_id: 'v' }"));
  EXPECT_EQ(Value("pages_per_visit_3m", At("2025-03-12T00:00:00")), "3 PRESENT");
  EXPECT_EQ(Value("categories_per_visit_1m", At("2025-03-12T00:00:00")), "1 PRESENT");
}

TEST_F(VectorTest, UnpaidPiecesAreCountedForEachProductAndNeverBelowZero) {
  Add(EventAt(At("2025-03-01T10:00:00"), "e1",
              "basket_change { visit_id: 'v' action: ADD items { product_id: 'p' category: 'c' quantity: 3 }"
              " items { product_id: 'q' category: 'c' quantity: 2 } }"));
  Add(EventAt(At("2025-03-01T10:01:00"), "e2",
              "basket_change { visit_id: 'v' action: REMOVE items { product_id: 'q' category: 'c' quantity: 5 } }"));
  Add(PurchaseAt(At("2025-03-02T10:00:00"), "e3", 100, 1));
  EXPECT_EQ(Value("unpaid_items_3m", At("2025-03-02T00:00:00")), "3 PRESENT");
  EXPECT_EQ(Value("unpaid_items_3m", At("2025-03-03T00:00:00")), "2 PRESENT");
}

TEST_F(VectorTest, TiesOfTheFavouriteCategoryGoToTheLatestThenToByteOrder) {
  Add(PurchaseAt(At("2025-03-01T10:00:00"), "e1", 100, 1, "b"));
  Add(PurchaseAt(At("2025-03-01T10:00:00"), "e2", 100, 1, "a"));
  EXPECT_EQ(Value("favourite_category_6m", At("2025-03-02T00:00:00")), "a PRESENT");
  Add(PurchaseAt(At("2025-03-01T11:00:00"), "e3", 100, 9, "c"));
  EXPECT_EQ(Value("favourite_category_6m", At("2025-03-02T00:00:00")), "c PRESENT");
  Add(PurchaseAt(At("2025-02-01T11:00:00"), "e4", 100, 1, "b"));
  EXPECT_EQ(Value("favourite_category_6m", At("2025-03-02T00:00:00")), "b PRESENT");
  EXPECT_EQ(Value("favourite_category_6m", At("2025-10-01T00:00:00")), "missing DEFAULT");
}

TEST_F(VectorTest, PurchasesAreCountedNotTheirLines) {
  Add(EventAt(
      At("2025-03-01T10:00:00"), "e1",
      "purchase { order_id: 'o1' lines { product_id: 'p' category: 'a' quantity: 1 on_promotion: true }"
      " lines { product_id: 'q' category: 'a' quantity: 1 } lines { product_id: 'r' category: 'a' quantity: 1 } }"));
  Add(PurchaseAt(At("2025-03-01T11:00:00"), "e2", 100, 1, "b"));
  Add(PurchaseAt(At("2025-03-01T10:30:00"), "e3", 100, 1, "b"));
  EXPECT_EQ(Value("favourite_category_6m", At("2025-03-02T00:00:00")), "b PRESENT") << "two purchases against one";
  EXPECT_EQ(Value("promo_purchase_share_6m", At("2025-03-02T00:00:00")), absl::StrCat(1.0 / 3, " PRESENT"));
}

TEST_F(VectorTest, TheLastProfileWinsWhateverArrivesLast) {
  Add(EventAt(At("2025-03-02T10:00:00"), "b", "profile_change { service_tier: 'gold' }"));
  Add(EventAt(At("2025-03-02T10:00:00"), "a", "profile_change { service_tier: 'silver' marketing_consent: true }"));
  Add(EventAt(At("2025-03-01T10:00:00"), "z",
              "profile_change { service_tier: 'basic' registration_date { year: 2024 month: 3 day: 1 } }"));
  EXPECT_EQ(Value("service_tier", At("2025-03-03T00:00:00")), "gold PRESENT");
  EXPECT_EQ(Value("marketing_consent", At("2025-03-03T00:00:00")), "yes PRESENT");
  EXPECT_EQ(Value("tenure_days", At("2025-03-01T23:59:59")), "365 PRESENT");
  EXPECT_EQ(Value("tenure_days", At("2025-03-02T00:00:00")), "366 PRESENT");
}

TEST_F(VectorTest, ALaterStatementOfProfitReplacesTheEarlierOfItsMonth) {
  const auto statement = [](int month, int profit) {
    return absl::StrCat("profit_statement { year: 2025 month: ", month, " profit_minor: ", profit, " }");
  };
  Add(EventAt(At("2025-02-05T10:00:00"), "e1", statement(1, 300)));
  Add(EventAt(At("2025-03-05T10:00:00"), "e2", statement(2, 600)));
  EXPECT_EQ(Value("profit_3m_avg", At("2025-03-06T00:00:00")), "3 PRESENT");
  Add(EventAt(At("2025-03-06T10:00:00"), "e3", statement(1, 900)));
  EXPECT_EQ(Value("profit_3m_avg", At("2025-03-07T00:00:00")), "5 PRESENT");
}

TEST_F(VectorTest, ImportedSumsMoveOnWithTimeAndEventsAddToThem) {
  const absl::Time as_of = At("2025-03-10T12:00:00");
  Import(as_of, "s", {{"revenue_month_0", "3293.1"}, {"revenue_month_1", "200"}, {"revenue_month_2", "50.5"}});
  Add(PurchaseAt(as_of + absl::Hours(24), "e", 10'000));
  const auto row = [&](const char* t) {
    return absl::StrCat(Value("revenue_month_0", At(t)), ", ", Value("revenue_month_1", At(t)), ", ",
                        Value("revenue_month_2", At(t)));
  };
  EXPECT_EQ(row("2025-03-10T11:59:59"), "0 NEVER_SEEN, 0 NEVER_SEEN, 0 NEVER_SEEN");
  EXPECT_EQ(row("2025-03-10T12:00:00"), "3293.1 PRESENT, 200 PRESENT, 50.5 PRESENT");
  EXPECT_EQ(row("2025-03-12T00:00:00"), "3393.1 PRESENT, 200 PRESENT, 50.5 PRESENT");
  EXPECT_EQ(row("2025-04-11T00:00:00"), "100 PRESENT, 3293.1 PRESENT, 200 PRESENT");
  EXPECT_EQ(row("2025-05-11T00:00:00"), "0 DEFAULT, 100 PRESENT, 3293.1 PRESENT");
}

TEST_F(VectorTest, AnImportStandsForTheDaysBeforeIt) {
  Add(PurchaseAt(At("2025-03-01T12:00:00"), "live", 70'000));
  Import(At("2025-03-10T00:00:00"), "s", {{"revenue_month_0", "700"}});
  Add(PurchaseAt(At("2025-03-05T12:00:00"), "late", 10'000));
  EXPECT_EQ(Value("revenue_month_0", At("2025-03-10T00:00:00")), "700 PRESENT");
  Add(PurchaseAt(At("2025-03-10T00:00:00"), "after", 100));
  EXPECT_EQ(Value("revenue_month_0", At("2025-03-10T00:00:01")), "701 PRESENT");
}

TEST_F(VectorTest, ALaterImportReplacesOnlyWhatItNames) {
  Import(At("2025-03-10T00:00:00"), "s1", {{"revenue_month_0", "700"}, {"service_errors_3m", "4"}});
  Import(At("2025-03-20T00:00:00"), "s2", {{"revenue_month_0", "500"}});
  EXPECT_EQ(Value("revenue_month_0", At("2025-03-20T00:00:00")), "500 PRESENT");
  EXPECT_EQ(Value("service_errors_3m", At("2025-03-20T00:00:00")), "4 PRESENT");
}

TEST_F(VectorTest, ImportedMeansHoldForTheLengthOfTheirWindow) {
  const absl::Time as_of = At("2025-03-10T00:00:00");
  Import(as_of, "s", {{"pages_per_visit_3m", "5"}, {"favourite_category_6m", "Косметика"}});
  Add(EventAt(At("2025-05-01T00:00:00"), "e", "page_view { visit_id: 'v' }"));
  EXPECT_EQ(Value("pages_per_visit_3m", At("2025-06-09T23:59:59")), "5 PRESENT");
  EXPECT_EQ(Value("pages_per_visit_3m", At("2025-06-10T00:00:00")), "1 PRESENT");
  EXPECT_EQ(Value("favourite_category_6m", At("2025-09-09T00:00:00")), "Косметика PRESENT");
  EXPECT_EQ(Value("favourite_category_6m", At("2025-09-10T00:00:00")), "missing DEFAULT");
}

TEST_F(VectorTest, ImportedProfilesGiveWayToEventsFromTheirTimeOn) {
  const absl::Time as_of = At("2025-03-10T00:00:00");
  Import(as_of, "s", {{"service_tier", "premium"}, {"tenure_days", "121"}, {"marketing_consent", "no"}});
  EXPECT_EQ(Value("tenure_days", as_of), "121 PRESENT");
  EXPECT_EQ(Value("tenure_days", as_of + absl::Hours(24 * 9)), "130 PRESENT");
  EXPECT_EQ(Value("marketing_consent", as_of), "no PRESENT");
  Add(EventAt(as_of - absl::Microseconds(1), "a", "profile_change { service_tier: 'old' }"));
  EXPECT_EQ(Value("service_tier", as_of), "premium PRESENT");
  Add(EventAt(as_of, "a", "profile_change { service_tier: 'new' }"));
  EXPECT_EQ(Value("service_tier", as_of + absl::Microseconds(1)), "new PRESENT");
}

TEST_F(VectorTest, SilenceChangesAVectorAtTheMidnightThatNextChangeNames) {
  EXPECT_EQ(NextChangeAfter(At("2025-03-10T00:00:00")), absl::InfiniteFuture());
  Add(EventAt(At("2025-03-10T12:00:00"), "e", "time_on_site { visit_id: 'v' duration_ms: 1 }"));
  EXPECT_EQ(NextChangeAfter(At("2025-03-11T00:00:00")), At("2025-04-11T00:00:00"));
  EXPECT_EQ(NextChangeAfter(At("2025-04-11T00:00:00")), At("2025-05-11T00:00:00"));
  Add(EventAt(At("2025-03-10T13:00:00"), "p", "profile_change { registration_date { year: 2024 month: 3 day: 1 } }"));
  // 375 days after the registration every 32nd day is news, 19 days after the last order every second.
  EXPECT_EQ(NextChangeAfter(At("2025-03-11T00:00:00")), At("2025-03-20T00:00:00"));
  Add(PurchaseAt(At("2025-02-20T12:00:00"), "e2", 100));
  EXPECT_EQ(NextChangeAfter(At("2025-03-11T00:00:00")), At("2025-03-12T00:00:00"));
}

TEST_F(VectorTest, DaysSinceTheLastOneCountTheShopsMidnights) {
  const CompiledDeclarations shop = Compiled(
      "shop { time_zone: 'Europe/Moscow' }\n"
      "features { name: 'ever' role: INPUT field: PURCHASE_ORDER aggregation: DAYS_SINCE_LAST "
      "window { lifetime: true } }"
      "features { name: 'week' role: INPUT field: PURCHASE_ORDER aggregation: DAYS_SINCE_LAST window { days: 7 } }");
  std::vector<v1::Event> history = {PurchaseAt(At("2025-03-09T20:59:00"), "e1", 100)};  // a minute before midnight
  const auto days = [&](const char* t) {
    std::string text;
    const v1::FeatureVector vector = VectorAsOf(shop, history, At(t), absl::InfiniteFuture());
    for (const v1::FeatureValue& value : vector.values()) {
      absl::StrAppend(&text, value.has_number() ? absl::StrCat(value.number()) : "missing", " ",
                      FeatureStatus_Name(value.status()), "; ");
    }
    return text;
  };
  EXPECT_EQ(days("2025-03-09T12:00:00"), "missing NEVER_SEEN; missing NEVER_SEEN; ");
  EXPECT_EQ(days("2025-03-09T20:59:30"), "0 PRESENT; 0 PRESENT; ");
  EXPECT_EQ(days("2025-03-09T21:00:00"), "1 PRESENT; 1 PRESENT; ");
  EXPECT_EQ(days("2025-03-16T20:59:59"), "7 PRESENT; 7 PRESENT; ");
  EXPECT_EQ(days("2025-03-16T21:00:00"), "8 PRESENT; missing DEFAULT; ");
  history.push_back(PurchaseAt(At("2025-03-08T12:00:00"), "late", 100));
  EXPECT_EQ(days("2025-03-10T12:00:00"), "1 PRESENT; 1 PRESENT; ") << "a late event is not the last one";
}

TEST_F(VectorTest, OneTileIsKeptOfAllDaysWithAnOrder) {
  const CompiledDeclarations shop = Compiled(
      "features { name: 'a' role: INPUT field: PURCHASE_ORDER aggregation: DAYS_SINCE_LAST "
      "window { lifetime: true } }");
  CustomerState state;
  for (int day = 0; day < 100; ++day) {
    state.Fold(shop, PurchaseAt(At("2025-03-10T12:00:00") + absl::Hours(24 * (day * 37 % 100)), "e", 100));
  }
  EXPECT_EQ(state.tiles().size(), 1u);
}

TEST_F(VectorTest, ASnapshotNamesTheDayOfTheLastOne) {
  const CompiledDeclarations shop = Compiled(
      "features { name: 'a' role: INPUT field: PURCHASE_ORDER aggregation: DAYS_SINCE_LAST "
      "window { lifetime: true } }");
  v1::Event snapshot = EventAt(At("2025-03-10T00:00:00"), "s", "");
  v1::ImportedValue& value = *snapshot.mutable_imported_snapshot()->add_values();
  value.set_feature("a");
  value.set_decimal("5");
  std::vector<v1::Event> history = {snapshot};
  const auto days = [&](const char* t) {
    return VectorAsOf(shop, history, At(t), absl::InfiniteFuture()).values(0).number();
  };
  EXPECT_EQ(days("2025-03-10T00:00:00"), 5);
  EXPECT_EQ(days("2025-03-12T10:00:00"), 7);
  history.push_back(PurchaseAt(At("2025-03-11T12:00:00"), "after it", 100));
  EXPECT_EQ(days("2025-03-12T10:00:00"), 1);
  history.back() = PurchaseAt(At("2025-03-08T12:00:00"), "that it did not know", 100);
  EXPECT_EQ(days("2025-03-12T10:00:00"), 4);
}

TEST_F(VectorTest, AStartedCalendarMonthIsNeverSetAgainstAFullOne) {
  const CompiledDeclarations shop = Compiled(
      "features { name: 'm0' role: INPUT field: PURCHASE_ORDER aggregation: COUNT window { calendar_months: 1 } }"
      "features { name: 'm1' role: INPUT field: PURCHASE_ORDER aggregation: COUNT "
      "window { calendar_months: 1 offset: 1 } }");
  std::vector<v1::Event> history;
  for (const char* t : {"2025-01-31T12:00:00", "2025-02-01T00:00:00", "2025-02-28T23:59:59", "2025-03-01T00:00:00"}) {
    history.push_back(PurchaseAt(At(t), t, 100));
  }
  const auto months = [&](const char* t) {
    const v1::FeatureVector vector = VectorAsOf(shop, history, At(t), absl::InfiniteFuture());
    return absl::StrCat(vector.values(0).number(), ", ", vector.values(1).number());
  };
  EXPECT_EQ(months("2025-03-01T00:00:00"), "2, 1");
  EXPECT_EQ(months("2025-03-20T00:00:00"), "2, 1");
  EXPECT_EQ(months("2025-04-01T00:00:00"), "1, 2");
}

TEST_F(VectorTest, WindowsFollowTheShopsClock) {
  const CompiledDeclarations moscow = Compiled(
      "shop { time_zone: 'Europe/Moscow' } features { name: 'a' role: INPUT field: PURCHASE_ORDER aggregation: COUNT "
      "window { days: 1 } }");
  const std::vector<v1::Event> history = {PurchaseAt(At("2025-03-09T21:00:00"), "e", 100)};  // Midnight in Moscow.
  const auto orders = [&](const char* t) {
    return VectorAsOf(moscow, history, At(t), absl::InfiniteFuture()).values(0).number();
  };
  EXPECT_EQ(orders("2025-03-11T20:59:59"), 1);
  EXPECT_EQ(orders("2025-03-11T21:00:00"), 0);
}

}  // namespace
}  // namespace ebb::feature_store
