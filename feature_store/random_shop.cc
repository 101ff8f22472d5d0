#include "feature_store/random_shop.h"

#include "absl/strings/str_cat.h"
#include "feature_store/test_events.h"

namespace ebb::feature_store {
namespace {

// Every field and every aggregation, and the windows that they take.
enum Windows { kAnyWindow, kMonthly, kBackFromT };
struct Recipe {
  const char* text;
  Windows windows = kAnyWindow;
};
constexpr Recipe kRecipes[] = {
    {"field: PAGE_VIEW aggregation: COUNT"},
    {"field: PAGE_VIEW aggregation: COUNT filters { category: 'toys' }"},
    {"field: PAGE_VIEW aggregation: MONTHLY_MEAN", kMonthly},
    {"field: PAGE_VIEW aggregation: RATIO numerator_aggregation: COUNT denominator: PAGE_VIEW_VISIT "
     "denominator_aggregation: DISTINCT"},
    {"field: PAGE_VIEW_VISIT aggregation: DISTINCT default_value { missing: true }"},
    {"field: PAGE_VIEW_VISIT aggregation: DISTINCT filters { category: 'food' }"},
    {"field: PAGE_VIEW_VISIT_CATEGORY aggregation: DISTINCT"},
    {"field: PAGE_VIEW_VISIT_CATEGORY aggregation: RATIO numerator_aggregation: DISTINCT denominator: PAGE_VIEW_VISIT "
     "denominator_aggregation: DISTINCT default_value { number: 1 }"},
    {"field: UNPAID_QUANTITY aggregation: SUM"},
    {"field: UNPAID_QUANTITY aggregation: SUM filters { category: 'toys' }"},
    {"field: SERVICE_ERROR aggregation: COUNT"},
    {"field: SERVICE_ERROR aggregation: MONTHLY_MEAN", kMonthly},
    {"field: MARKETING_CONTACT aggregation: COUNT"},
    {"field: MARKETING_CONTACT aggregation: MONTHLY_MEAN", kMonthly},
    {"field: PURCHASE_ORDER aggregation: COUNT"},
    {"field: PURCHASE_ORDER aggregation: COUNT filters { on_promotion: true } filters { category: 'toys' }"},
    {"field: PURCHASE_LINE aggregation: COUNT filters { on_promotion: false }"},
    {"field: PURCHASE_LINE aggregation: MEAN_OF_PERIODS numerator_aggregation: COUNT denominator: PURCHASE_LINE "
     "denominator_aggregation: COUNT filters { on_promotion: true }",
     kMonthly},
    {"field: PURCHASE_QUANTITY aggregation: SUM"},
    {"field: PURCHASE_QUANTITY aggregation: MEAN"},
    {"field: PURCHASE_QUANTITY aggregation: MAX filters { category: 'food' }"},
    {"field: PURCHASE_AMOUNT aggregation: SUM scale: 0.01"},
    {"field: PURCHASE_AMOUNT aggregation: SUM scale: 0.01 filters { on_promotion: true }"},
    {"field: PURCHASE_AMOUNT aggregation: COUNT"},
    {"field: PURCHASE_AMOUNT aggregation: MEAN scale: 0.01"},
    {"field: PURCHASE_AMOUNT aggregation: MIN scale: 0.01 default_value { missing: true }"},
    {"field: PURCHASE_AMOUNT aggregation: MAX scale: 0.01"},
    {"field: PURCHASE_AMOUNT aggregation: LAST scale: 0.01"},
    {"field: PURCHASE_AMOUNT aggregation: MONTHLY_MEAN scale: 0.01", kMonthly},
    {"field: PURCHASE_AMOUNT aggregation: RATIO numerator_aggregation: SUM denominator: PURCHASE_ORDER "
     "denominator_aggregation: COUNT scale: 0.01"},
    {"field: PURCHASE_CATEGORY aggregation: DISTINCT"},
    {"field: PURCHASE_CATEGORY aggregation: MOST_FREQUENT"},
    {"field: PURCHASE_CATEGORY aggregation: MOST_FREQUENT filters { on_promotion: true } default_value { category: "
     "'none' }"},
    {"field: TIME_ON_SITE aggregation: SUM scale: 1.6666666666666667e-05"},
    {"field: TIME_ON_SITE aggregation: MEAN scale: 1.6666666666666667e-05"},
    {"field: TIME_ON_SITE aggregation: LAST"},
    {"field: PROFIT aggregation: MONTHLY_MEAN scale: 0.01", kMonthly},
    {"field: PROFIT aggregation: SUM scale: 0.01"},
    {"field: PROFIT aggregation: MEAN"},
    {"field: PROFIT aggregation: MIN"},
    {"field: PROFIT aggregation: MAX"},
    {"field: PROFIT aggregation: LAST"},
    {"field: PROFIT aggregation: COUNT"},
    {"field: PURCHASE_ORDER aggregation: DAYS_SINCE_LAST", kBackFromT},
    {"field: PURCHASE_LINE aggregation: DAYS_SINCE_LAST filters { category: 'toys' } default_value { number: 99 }",
     kBackFromT},
    {"field: PURCHASE_AMOUNT aggregation: DAYS_SINCE_LAST filters { on_promotion: true }", kBackFromT},
    {"field: PAGE_VIEW aggregation: DAYS_SINCE_LAST filters { category: 'food' }", kBackFromT},
    {"field: PAGE_VIEW_VISIT aggregation: DAYS_SINCE_LAST", kBackFromT},
    {"field: SERVICE_ERROR aggregation: DAYS_SINCE_LAST", kBackFromT},
    {"field: MARKETING_CONTACT aggregation: DAYS_SINCE_LAST", kBackFromT},
    {"field: TIME_ON_SITE aggregation: DAYS_SINCE_LAST", kBackFromT},
};
constexpr const char* kWindows[] = {"days: 1",
                                    "days: 7",
                                    "days: 30 offset: 1",
                                    "lifetime: true",
                                    "months: 1",
                                    "months: 1",
                                    "months: 1 offset: 1",
                                    "months: 1 offset: 2",
                                    "months: 3",
                                    "months: 6",
                                    "months: 2 offset: 1",
                                    "calendar_months: 1",
                                    "calendar_months: 1 offset: 1",
                                    "calendar_months: 3",
                                    "calendar_months: 2 offset: 2"};
constexpr const char* kMonthWindows[] = {"months: 1",           "months: 3",          "months: 6",
                                         "months: 2 offset: 1", "calendar_months: 1", "calendar_months: 3 offset: 1"};
constexpr const char* kWindowsBackFromT[] = {"lifetime: true", "lifetime: true", "days: 1", "days: 40", "months: 2"};
constexpr const char* kZones[] = {"UTC", "Europe/Berlin", "Europe/Moscow", "America/Sao_Paulo", "Asia/Kolkata"};
// A leap day, a change of the clock forwards and one backwards (in São Paulo at midnight) in the midst of each.
constexpr absl::CivilDay kCentres[] = {absl::CivilDay(2024, 2, 29), absl::CivilDay(2025, 3, 30),
                                       absl::CivilDay(2025, 10, 26), absl::CivilDay(2018, 11, 4)};
constexpr const char* kCategories[] = {"toys", "food", "cosmetics", "Товары для детей"};

}  // namespace

RandomShop::RandomShop(uint64_t seed) : random_(seed) {
  zone_name_ = Pick(kZones);
  absl::LoadTimeZone(zone_name_, &zone_);
  centre_ = Pick(kCentres);
}

std::string RandomShop::Declarations() {
  std::string text = absl::StrCat("shop { time_zone: '", zone_name_, "' }\n");
  int number = 0;
  const auto declare = [&](const std::string& recipe, const char* window) {
    absl::StrAppend(&text, "features { name: 'f", number++, "' role: INPUT ", recipe, " window { ", window, " } }\n");
  };
  for (size_t recipe = 0; recipe < std::size(kRecipes); ++recipe) {
    for (int i = 0; i < 2; ++i) declare(kRecipes[recipe].text, WindowFor(static_cast<int>(recipe)));
  }
  for (const char* field : {"SERVICE_TIER", "MARKETING_CONSENT", "TENURE_DAYS", "BIRTHDAY"}) {
    declare(absl::StrCat("field: ", field, " aggregation: LAST"), "lifetime: true");
  }
  return text;
}

const char* RandomShop::WindowFor(int recipe) {
  switch (kRecipes[recipe].windows) {
    case kMonthly:
      return Pick(kMonthWindows);
    case kBackFromT:
      return Pick(kWindowsBackFromT);
    case kAnyWindow:
      break;
  }
  return Pick(kWindows);
}

absl::Time RandomShop::Time() {
  const absl::CivilDay day = centre_ + (Below(270) - 135);
  const absl::Time midnight = absl::FromCivil(day, zone_);
  switch (Below(6)) {
    case 0:
      return midnight;
    case 1:
      return midnight - absl::Microseconds(1);
    default:
      return midnight + absl::Microseconds(std::uniform_int_distribution<int64_t>(0, 86'400'000'000 - 1)(random_));
  }
}

v1::Event RandomShop::Event(int number, absl::Time time) {
  return EventAt(time, absl::StrCat("e", Below(1'000'000), "-", number), Body(time));
}

v1::Event RandomShop::Snapshot(int number, absl::Time time, const CompiledDeclarations& declarations) {
  v1::Event event = EventAt(time, absl::StrCat("s", number), "");
  event.mutable_imported_snapshot();
  for (const CompiledFeature& feature : declarations.features()) {
    if (Below(3) == 0) continue;
    v1::ImportedValue& value = *event.mutable_imported_snapshot()->add_values();
    value.set_feature(feature.name);
    if (feature.kind == v1::CATEGORY) {
      value.set_category(feature.field == v1::MARKETING_CONSENT ? (Below(2) == 0 ? "yes" : "no") : Pick(kCategories));
      if (feature.field == v1::BIRTHDAY) value.set_category(absl::StrCat("06-", 10 + Below(20)));
    } else {
      const bool whole = feature.imported_as != ImportedAs::kHeld && feature.scale.Apply(int64_t{1}) == 1;
      value.set_decimal(whole ? absl::StrCat(Below(500)) : absl::StrCat(Below(500), ".", Below(10), Below(10)));
    }
  }
  return event;
}

std::string RandomShop::Lines(bool purchase) {
  std::string lines;
  for (int i = Below(3); i >= 0; --i) {
    absl::StrAppend(&lines, purchase ? "lines" : "items", " { product_id: 'p", Below(4), "' category: '",
                    Pick(kCategories), "' quantity: ", 1 + Below(5));
    if (purchase) absl::StrAppend(&lines, " unit_price_minor: ", Below(100'000), " on_promotion: ", Below(2));
    absl::StrAppend(&lines, " } ");
  }
  return lines;
}

std::string RandomShop::Body(absl::Time time) {
  const std::string visit = absl::StrCat("visit_id: 'v", Below(12), "'");
  const absl::CivilDay day = absl::ToCivilDay(time, zone_);
  switch (Below(11)) {
    case 0:
    case 1:
      return absl::StrCat("page_view { ", visit,
                          Below(4) == 0 ? "" : absl::StrCat(" category: '", Pick(kCategories), "'"), " }");
    case 2:
      return absl::StrCat("basket_change { ", visit, " action: ", Below(3) == 0 ? "REMOVE" : "ADD", " ", Lines(false),
                          "}");
    case 3:
      return absl::StrCat("service_error { ", visit, " }");
    case 4:
      return "marketing_contact { channel: CALL }";
    case 5: {
      std::string change = "profile_change { ";
      if (Below(2) == 0) absl::StrAppend(&change, "service_tier: '", Pick(kCategories), "' ");
      if (Below(2) == 0) absl::StrAppend(&change, "marketing_consent: ", Below(2) == 0 ? "true" : "false", " ");
      if (Below(2) == 0)
        absl::StrAppend(&change, "registration_date { year: 2018 month: ", 1 + Below(12), " day: 28 }");
      if (Below(2) == 0) absl::StrAppend(&change, "birthday { month: ", 1 + Below(12), " day: ", 1 + Below(28), " }");
      return change + " }";
    }
    case 6:
    case 7:
      return absl::StrCat("purchase { order_id: 'o' ", Lines(true), "}");
    case 8:
      return absl::StrCat("refund { order_id: 'o' amount_minor: ", 1 + Below(50'000), " }");
    case 9: {
      const absl::CivilMonth month = absl::CivilMonth(day) - Below(3);
      return absl::StrCat("profit_statement { year: ", month.year(), " month: ", month.month(),
                          " profit_minor: ", Below(20'000) - 5'000, " }");
    }
    default:
      return absl::StrCat("time_on_site { ", visit, " duration_ms: ", 1 + Below(3'600'000), " }");
  }
}

}  // namespace ebb::feature_store
