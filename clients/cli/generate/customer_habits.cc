#include "clients/cli/generate/customer_habits.h"

#include <algorithm>

#include "clients/cli/generate/keyed_random.h"
#include "clients/cli/generate/synthetic_customer.h"

namespace ebb::generate {
namespace {

constexpr uint64_t kHabitStream = 2;
constexpr uint64_t kSeasonStream = 3;

// Seasons are numbered back from 0, the one that ends with the history; -1 is the one after it. Two low seasons never
// follow each other: who is low already cannot decline again.
bool Draw(const CustomerHabits& habits, uint64_t seed, int64_t index, int64_t season) {
  KeyedRandom random({seed, static_cast<uint64_t>(index), kSeasonStream, static_cast<uint64_t>(season + 1)});
  return random.Chance(habits.decline_chance);
}

bool IsLow(const CustomerHabits& habits, uint64_t seed, int64_t index, int64_t season) {
  return Draw(habits, seed, index, season) && !Draw(habits, seed, index, season + 1);
}

}  // namespace

CustomerHabits MakeHabits(uint64_t seed, int64_t index) {
  KeyedRandom random({seed, static_cast<uint64_t>(index), kHabitStream});
  const SyntheticCustomer c = MakeCustomer(seed, index);
  CustomerHabits habits;
  habits.premium = c.premium;
  habits.consent = c.consent;
  habits.promo_hunter = c.promo_share_hundredths > 50;
  habits.favourite_category = c.category;
  habits.tenure_days = static_cast<int>(c.tenure_days);
  habits.birthday_month = static_cast<int>(random.Between(1, 12));
  habits.birthday_day = static_cast<int>(random.Between(1, 28));
  habits.visits_per_month = std::clamp(6 + 1.5 * random.Normal(), 2.0, 12.0);
  habits.pages_per_visit = std::clamp(9 + 2.5 * random.Normal(), 3.0, 18.0);
  habits.categories_per_visit = std::clamp(3.6 + 1.0 * random.Normal(), 1.5, 6.0);
  habits.contacts_per_month = static_cast<double>(c.contacts_6m_tenths) / 10;
  habits.profit_hundredths = static_cast<double>(c.profit_hundredths);
  habits.decline_chance = habits.promo_hunter ? 0.7 : c.premium ? 0.45 : 0.4;
  return habits;
}

Mood MoodOf(const CustomerHabits& habits, uint64_t seed, int64_t index, int64_t days_left) {
  const int64_t season = days_left / kSeasonDays;
  const int64_t days_to_next = days_left % kSeasonDays;
  Mood mood;
  if (IsLow(habits, seed, index, season)) {
    mood.buying = 0.35;
    mood.browsing = 0.55;
    mood.leaving_unpaid = 0.7;
  } else if (days_to_next < kFadingDays && IsLow(habits, seed, index, season - 1)) {
    // At once rather than slowly: features over a month should see it.
    mood.browsing = 0.5;
    mood.leaving_unpaid = 0.8;
  }
  return mood;
}

}  // namespace ebb::generate
