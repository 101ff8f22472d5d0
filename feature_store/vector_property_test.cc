// Random customers, random features, random times: the fold must agree with the naive oracle in every bit. The seed of
// a failing case is in its message; EBB_TEST_SEED runs that one alone, EBB_TEST_CASES sets how many run.
#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "feature_store/naive_vector.h"
#include "feature_store/test_events.h"
#include "feature_store/vector.h"

namespace ebb::feature_store {
namespace {

// Every field with every aggregation that it allows; `monthly` ones need months.
struct Recipe {
  const char* text;
  bool monthly = false;
};
constexpr Recipe kRecipes[] = {
    {"field: PAGE_VIEW aggregation: COUNT"},
    {"field: PAGE_VIEW aggregation: COUNT filters { category: 'toys' }"},
    {"field: PAGE_VIEW aggregation: MONTHLY_MEAN", true},
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
    {"field: SERVICE_ERROR aggregation: MONTHLY_MEAN", true},
    {"field: MARKETING_CONTACT aggregation: COUNT"},
    {"field: MARKETING_CONTACT aggregation: MONTHLY_MEAN", true},
    {"field: PURCHASE_ORDER aggregation: COUNT"},
    {"field: PURCHASE_ORDER aggregation: COUNT filters { on_promotion: true } filters { category: 'toys' }"},
    {"field: PURCHASE_LINE aggregation: COUNT filters { on_promotion: false }"},
    {"field: PURCHASE_LINE aggregation: MEAN_OF_PERIODS numerator_aggregation: COUNT denominator: PURCHASE_LINE "
     "denominator_aggregation: COUNT filters { on_promotion: true }",
     true},
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
    {"field: PURCHASE_AMOUNT aggregation: MONTHLY_MEAN scale: 0.01", true},
    {"field: PURCHASE_AMOUNT aggregation: RATIO numerator_aggregation: SUM denominator: PURCHASE_ORDER "
     "denominator_aggregation: COUNT scale: 0.01"},
    {"field: PURCHASE_CATEGORY aggregation: DISTINCT"},
    {"field: PURCHASE_CATEGORY aggregation: MOST_FREQUENT"},
    {"field: PURCHASE_CATEGORY aggregation: MOST_FREQUENT filters { on_promotion: true } default_value { category: "
     "'none' }"},
    {"field: TIME_ON_SITE aggregation: SUM scale: 1.6666666666666667e-05"},
    {"field: TIME_ON_SITE aggregation: MEAN scale: 1.6666666666666667e-05"},
    {"field: TIME_ON_SITE aggregation: LAST"},
    {"field: PROFIT aggregation: MONTHLY_MEAN scale: 0.01", true},
    {"field: PROFIT aggregation: SUM scale: 0.01"},
    {"field: PROFIT aggregation: MEAN"},
    {"field: PROFIT aggregation: MIN"},
    {"field: PROFIT aggregation: MAX"},
    {"field: PROFIT aggregation: LAST"},
    {"field: PROFIT aggregation: COUNT"},
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
constexpr const char* kZones[] = {"UTC", "Europe/Berlin", "Europe/Moscow", "America/Sao_Paulo", "Asia/Kolkata"};
// A leap day, a change of the clock forwards and one backwards (in São Paulo at midnight) in the midst of each.
constexpr absl::CivilDay kCentres[] = {absl::CivilDay(2024, 2, 29), absl::CivilDay(2025, 3, 30),
                                       absl::CivilDay(2025, 10, 26), absl::CivilDay(2018, 11, 4)};
constexpr const char* kCategories[] = {"toys", "food", "cosmetics", "Товары для детей"};

class RandomShop {
 public:
  explicit RandomShop(uint64_t seed) : random_(seed) {
    zone_name_ = Pick(kZones);
    absl::LoadTimeZone(zone_name_, &zone_);
    centre_ = Pick(kCentres);
  }

  int Below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  template <typename T, size_t N>
  T Pick(const T (&choices)[N]) {
    return choices[Below(static_cast<int>(N))];
  }
  std::mt19937_64& random() { return random_; }
  const absl::TimeZone& zone() const { return zone_; }

  std::string Declarations() {
    std::string text = absl::StrCat("shop { time_zone: '", zone_name_, "' }\n");
    int number = 0;
    const auto declare = [&](const std::string& recipe, const char* window) {
      absl::StrAppend(&text, "features { name: 'f", number++, "' role: INPUT ", recipe, " window { ", window, " } }\n");
    };
    for (const Recipe& recipe : kRecipes) {
      for (int i = 0; i < 2; ++i) declare(recipe.text, recipe.monthly ? Pick(kMonthWindows) : Pick(kWindows));
    }
    for (const char* field : {"SERVICE_TIER", "MARKETING_CONSENT", "TENURE_DAYS"}) {
      declare(absl::StrCat("field: ", field, " aggregation: LAST"), "lifetime: true");
    }
    return text;
  }

  // Nine months around the centre; often a midnight, or a microsecond before one.
  absl::Time Time() {
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

  // A few times come again, so that ties are broken by id.
  v1::Event Event(int number, absl::Time time) {
    return EventAt(time, absl::StrCat("e", Below(1'000'000), "-", number), Body(time));
  }

  v1::Event Snapshot(int number, absl::Time time, const CompiledDeclarations& declarations) {
    v1::Event event = EventAt(time, absl::StrCat("s", number), "");
    event.mutable_imported_snapshot();
    for (const CompiledFeature& feature : declarations.features()) {
      if (Below(3) == 0) continue;
      v1::ImportedValue& value = *event.mutable_imported_snapshot()->add_values();
      value.set_feature(feature.name);
      if (feature.kind == v1::CATEGORY) {
        value.set_category(feature.field == v1::MARKETING_CONSENT ? (Below(2) == 0 ? "yes" : "no") : Pick(kCategories));
      } else {
        const bool whole = feature.imported_as != ImportedAs::kHeld && feature.scale.Apply(int64_t{1}) == 1;
        value.set_decimal(whole ? absl::StrCat(Below(500)) : absl::StrCat(Below(500), ".", Below(10), Below(10)));
      }
    }
    return event;
  }

 private:
  std::string Lines(bool purchase) {
    std::string lines;
    for (int i = Below(3); i >= 0; --i) {
      absl::StrAppend(&lines, purchase ? "lines" : "items", " { product_id: 'p", Below(4), "' category: '",
                      Pick(kCategories), "' quantity: ", 1 + Below(5));
      if (purchase) absl::StrAppend(&lines, " unit_price_minor: ", Below(100'000), " on_promotion: ", Below(2));
      absl::StrAppend(&lines, " } ");
    }
    return lines;
  }

  std::string Body(absl::Time time) {
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

  std::mt19937_64 random_;
  std::string zone_name_;
  absl::TimeZone zone_;
  absl::CivilDay centre_;
};

CustomerState FoldAll(const CompiledDeclarations& declarations, const std::vector<v1::Event>& events) {
  CustomerState state;
  for (const v1::Event& event : events) state.Fold(declarations, event);
  return state;
}

// Names the first feature that differs.
void ExpectSame(const CompiledDeclarations& declarations, const v1::FeatureVector& got, const v1::FeatureVector& want) {
  for (int i = 0; i < want.values_size(); ++i) {
    ASSERT_EQ(got.values(i).SerializeAsString(), want.values(i).SerializeAsString())
        << declarations.source().features(i).ShortDebugString() << "\n got: " << got.values(i).ShortDebugString()
        << "\nwant: " << want.values(i).ShortDebugString();
  }
}

std::vector<v1::Event> RandomHistory(RandomShop& shop, const CompiledDeclarations& declarations) {
  std::vector<v1::Event> history;
  const int count = shop.Below(120);
  absl::Time time = shop.Time();
  for (int i = 0; i < count; ++i) {
    if (shop.Below(8) != 0) time = shop.Time();  // Otherwise the same instant again.
    history.push_back(shop.Event(i, time));
  }
  for (int i = shop.Below(3); i > 0; --i) history.push_back(shop.Snapshot(i, shop.Time(), declarations));
  return history;
}

// With these events alone nothing may change before the time that NextChange names.
void ExpectStillUntilNextChange(const CompiledDeclarations& declarations, const CustomerState& state,
                                absl::Time as_of) {
  FeatureValues now;
  ComputeValues(declarations, state, as_of, &now);
  const absl::Time next = NextChange(declarations, state, as_of);
  ASSERT_GT(next, as_of);
  const Day today = declarations.calendar().DayOf(as_of);
  for (Day day = today + 1; day < today + 420; ++day) {
    const absl::Time midnight = declarations.calendar().StartOf(day);
    if (midnight >= next) break;
    FeatureValues then;
    ComputeValues(declarations, state, midnight, &then);
    ASSERT_TRUE(SameValues(now, then)) << midnight << ", next " << next;
  }
}

void RunCase(uint64_t seed) {
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  RandomShop shop(seed);
  const CompiledDeclarations declarations = Compiled(shop.Declarations());
  const std::vector<v1::Event> history = RandomHistory(shop, declarations);
  for (int round = 0; round < 6; ++round) {
    const absl::Time as_of = shop.Time();
    SCOPED_TRACE(absl::StrCat("as of ", absl::FormatTime(as_of, shop.zone())));
    std::vector<v1::Event> events;
    for (const v1::Event& event : history) {
      if (IsBefore(event, as_of)) events.push_back(event);
    }
    const CustomerState state = FoldAll(declarations, events);
    const v1::FeatureVector vector = ComputeVector(declarations, state, as_of);
    ASSERT_NO_FATAL_FAILURE(ExpectSame(declarations, vector, NaiveVector(declarations.source(), events, as_of)));

    std::shuffle(events.begin(), events.end(), shop.random());
    const std::string bytes = state.Serialize(declarations);
    ASSERT_EQ(FoldAll(declarations, events).Serialize(declarations), bytes) << "the order of arrival left a trace";
    const absl::StatusOr<CustomerState> parsed = CustomerState::Parse(declarations, bytes);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    ASSERT_TRUE(*parsed == state);

    CustomerState swept = state;
    swept.DropExpired(declarations, as_of);
    ASSERT_NO_FATAL_FAILURE(ExpectSame(declarations, ComputeVector(declarations, swept, as_of), vector));
    ASSERT_NO_FATAL_FAILURE(ExpectStillUntilNextChange(declarations, swept, as_of));
  }
}

TEST(VectorPropertyTest, AgreesWithTheNaiveOracle) {
  if (const char* seed = std::getenv("EBB_TEST_SEED")) return RunCase(std::strtoull(seed, nullptr, 10));
  const char* cases = std::getenv("EBB_TEST_CASES");
  const uint64_t count = cases != nullptr ? std::strtoull(cases, nullptr, 10) : 40;
  for (uint64_t seed = 1; seed <= count; ++seed) ASSERT_NO_FATAL_FAILURE(RunCase(seed));
}

}  // namespace
}  // namespace ebb::feature_store
