#include "clients/cli/generate/customer_day.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "clients/cli/generate/synthetic_customer.h"

namespace ebb::generate {
namespace {

constexpr uint64_t kDayStream = 4;

constexpr double kDaysPerMonth = 30.4;
constexpr double kBasketChance = 0.6;   // of a visit
constexpr double kBuyingChance = 0.72;  // of a basket, in a good mood
constexpr double kErrorChance = 0.24;   // of a visit
constexpr int64_t kVisitOpens = 7 * 3600;
constexpr int64_t kVisitCloses = 22 * 3600;

constexpr std::array<v1::MarketingContact::Channel, 5> kChannels = {
    v1::MarketingContact::MAILING, v1::MarketingContact::CALL, v1::MarketingContact::AD_IMPRESSION,
    v1::MarketingContact::PUSH, v1::MarketingContact::SMS};

// Prices of one piece, in whole units, by category.
struct PriceRange {
  int64_t low;
  int64_t high;
};
constexpr std::array<PriceRange, 6> kPrices = {
    {{300, 2200}, {400, 2600}, {250, 1900}, {900, 3900}, {350, 2100}, {1100, 4500}}};

uint64_t DayNumber(absl::CivilDay day) { return static_cast<uint64_t>(day - absl::CivilDay(1970, 1, 1)); }

void SetTime(absl::Time time, google::protobuf::Timestamp& timestamp) {
  const int64_t micros = absl::ToUnixMicros(time);
  timestamp.set_seconds(micros / 1'000'000);
  timestamp.set_nanos(static_cast<int32_t>(micros % 1'000'000 * 1000));
}

v1::Date MakeDate(absl::CivilDay day) {
  v1::Date date;
  date.set_year(static_cast<int32_t>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

// Half of what is seen or bought is the favourite category.
int DrawCategory(int favourite, KeyedRandom& random) {
  return random.Chance(0.5) ? favourite : static_cast<int>(random.Below(static_cast<int64_t>(kCategories.size())));
}

}  // namespace

CustomerDay::CustomerDay(uint64_t seed, int64_t index, absl::CivilDay day, std::vector<v1::Event>& events)
    : customer_id_(CustomerId(index)),
      day_(day),
      random_({seed, static_cast<uint64_t>(index), kDayStream, DayNumber(day)}),
      id_prefix_(static_cast<uint32_t>(random_.Bits())),
      events_(events) {}

v1::Event& CustomerDay::Add(absl::Time time) {
  v1::Event& event = events_.emplace_back();
  event.set_customer_id(customer_id_);
  event.set_event_id(fmt::format("{:08x}-{}", id_prefix_, next_id_++));
  SetTime(time, *event.mutable_event_time());
  return event;
}

absl::Time CustomerDay::MorningPlus(int64_t seconds) const {
  return absl::FromCivil(day_, absl::UTCTimeZone()) + absl::Seconds(seconds);
}

void CustomerDay::AddProfile(const CustomerHabits& habits) {
  v1::ProfileChange& profile = *Add(MorningPlus(0)).mutable_profile_change();
  profile.set_service_tier(habits.premium ? "premium" : "standard");
  profile.set_marketing_consent(habits.consent);
  *profile.mutable_registration_date() = MakeDate(day_ - habits.tenure_days);
  profile.mutable_birthday()->set_month(habits.birthday_month);
  profile.mutable_birthday()->set_day(habits.birthday_day);
}

void CustomerDay::AddBehaviour(const CustomerHabits& habits, const Mood& mood) {
  if (random_.Chance(habits.visits_per_month / kDaysPerMonth)) AddVisit(habits, mood);
  if (random_.Chance(habits.contacts_per_month / kDaysPerMonth)) {
    v1::MarketingContact& contact = *Add(MorningPlus(random_.Between(9 * 3600, 18 * 3600))).mutable_marketing_contact();
    contact.set_channel(kChannels[random_.Below(static_cast<int64_t>(kChannels.size()))]);
    contact.set_campaign_id(fmt::format("campaign-{}-{:02}", day_.year(), day_.month()));
  }
}

void CustomerDay::AddVisit(const CustomerHabits& habits, const Mood& mood) {
  const absl::Time begin = MorningPlus(random_.Between(kVisitOpens, kVisitCloses));
  const std::string visit = fmt::format("v{:08x}", id_prefix_);
  const absl::Time end = AddPages(habits, mood, begin, visit);
  if (random_.Chance(kErrorChance)) {
    v1::ServiceError& error = *Add(begin + (end - begin) / 2).mutable_service_error();
    error.set_visit_id(visit);
    error.set_code(fmt::format("{}", random_.Chance(0.7) ? 500 : 404));
  }
  if (random_.Chance(kBasketChance)) AddBasket(habits, mood, end, visit);
  v1::TimeOnSite& time = *Add(end + absl::Minutes(2)).mutable_time_on_site();
  time.set_visit_id(visit);
  time.set_duration_ms(absl::ToInt64Milliseconds(end + absl::Minutes(2) - begin));
}

absl::Time CustomerDay::AddPages(const CustomerHabits& habits, const Mood& mood, absl::Time at,
                                 const std::string& visit) {
  const auto pages =
      static_cast<int64_t>(std::max(1.0, habits.pages_per_visit * mood.browsing + 1.5 * random_.Normal()));
  const auto wanted =
      static_cast<int64_t>(std::max(1.0, habits.categories_per_visit * mood.browsing + 0.7 * random_.Normal()));
  for (int64_t page = 0; page < pages; ++page) {
    v1::PageView& view = *Add(at).mutable_page_view();
    view.set_visit_id(visit);
    // The first `wanted` pages each open another category, beginning with the favourite.
    const auto category = (habits.favourite_category + page % wanted) % static_cast<int64_t>(kCategories.size());
    view.set_category(kCategories[category].name);
    at += absl::Seconds(random_.Between(6, 22));
  }
  return at;
}

std::vector<v1::BasketItem> CustomerDay::FillBasket(const CustomerHabits& habits) {
  std::vector<v1::BasketItem> items;
  const int64_t count = random_.Between(1, 2);
  for (int64_t i = 0; i < count; ++i) {
    const int category = DrawCategory(habits.favourite_category, random_);
    v1::BasketItem& item = items.emplace_back();
    item.set_category(kCategories[category].name);
    // Distinct within a basket: the second product number is odd.
    item.set_product_id(fmt::format("p{}-{:03}", category, 2 * random_.Below(200) + i));
    item.set_quantity(random_.Chance(0.8) ? 1 : 2);
  }
  return items;
}

void CustomerDay::AddBasket(const CustomerHabits& habits, const Mood& mood, absl::Time at, const std::string& visit) {
  const std::vector<v1::BasketItem> items = FillBasket(habits);
  v1::BasketChange& added = *Add(at).mutable_basket_change();
  added.set_visit_id(visit);
  added.set_action(v1::BasketChange::ADD);
  added.mutable_items()->Add(items.begin(), items.end());
  if (random_.Chance(kBuyingChance * mood.buying)) {
    AddPurchase(habits, items, at + absl::Seconds(60), visit);
  } else if (!random_.Chance(mood.leaving_unpaid)) {
    v1::BasketChange& removed = *Add(at + absl::Seconds(30)).mutable_basket_change();
    removed.set_visit_id(visit);
    removed.set_action(v1::BasketChange::REMOVE);
    removed.mutable_items()->Add(items.begin(), items.end());
  }
}

void CustomerDay::AddPurchase(const CustomerHabits& habits, const std::vector<v1::BasketItem>& items, absl::Time at,
                              const std::string& visit) {
  v1::Purchase& purchase = *Add(at).mutable_purchase();
  purchase.set_order_id(fmt::format("o{:08x}", id_prefix_));
  purchase.set_visit_id(visit);
  for (const v1::BasketItem& item : items) {
    const auto category = std::find_if(kCategories.begin(), kCategories.end(),
                                       [&](const Category& c) { return item.category() == c.name; });
    const PriceRange& range = kPrices[category - kCategories.begin()];
    v1::PurchaseLine& line = *purchase.add_lines();
    line.set_product_id(item.product_id());
    line.set_category(item.category());
    line.set_quantity(item.quantity());
    line.set_unit_price_minor(100 * random_.Between(range.low, range.high) - 1);
    line.set_on_promotion(random_.Chance(habits.promo_hunter ? 0.92 : 0.22));
  }
}

void CustomerDay::AddProfitStatement(const CustomerHabits& habits) {
  const absl::CivilMonth month = absl::CivilMonth(day_) - 1;
  v1::ProfitStatement& statement = *Add(MorningPlus(6 * 3600)).mutable_profit_statement();
  statement.set_year(static_cast<int32_t>(month.year()));
  statement.set_month(month.month());
  statement.set_profit_minor(static_cast<int64_t>(habits.profit_hundredths + 40 * random_.Normal()));
}

}  // namespace ebb::generate
