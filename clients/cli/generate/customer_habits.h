// How a customer of the synthetic shop behaves: what stays, and what changes before and while they buy less.
#pragma once

#include <cstdint>

namespace ebb::generate {

// What stays. The same for the same seed and index.
struct CustomerHabits {
  bool premium = false;
  bool consent = false;
  bool promo_hunter = false;
  int favourite_category = 0;
  int tenure_days = 0;  // on the first day of the history
  int birthday_month = 1;
  int birthday_day = 1;
  double visits_per_month = 0;
  double pages_per_visit = 0;
  double categories_per_visit = 0;
  double contacts_per_month = 0;
  double profit_hundredths = 0;  // mean of a month
  double decline_chance = 0;     // of a season
};

CustomerHabits MakeHabits(uint64_t seed, int64_t index);

// How much of the habit is left on a day; 1 is all of it.
struct Mood {
  double browsing = 1;
  double buying = 1;
  double leaving_unpaid = 0.35;  // chance that a basket that is not bought stays full
};

// Life goes in seasons of 91 days, counted back from the day the history ends on; the season after that day is drawn
// too, though nobody sees it. In a low season the customer buys about a third as much. In the eight weeks before one
// they still buy, but look at less and leave more unpaid: that is what a model can learn, and on the last day it tells
// who is about to decline.
inline constexpr int kSeasonDays = 91;
inline constexpr int kFadingDays = 56;

// `days_left`: whole days from this one to the end of the history, 0 on its last day.
Mood MoodOf(const CustomerHabits& habits, uint64_t seed, int64_t index, int64_t days_left);

}  // namespace ebb::generate
