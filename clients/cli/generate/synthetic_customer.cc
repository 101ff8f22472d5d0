#include "clients/cli/generate/synthetic_customer.h"

#include <algorithm>

#include "clients/cli/generate/keyed_random.h"

namespace ebb::generate {
namespace {

// Distinguishes these draws from those of events.
constexpr uint64_t kSnapshotStream = 1;

constexpr int64_t kFirstCustomerId = 100001;

// Cumulative shares of the categories, and how much more those who like them decline.
constexpr std::array<double, 6> kCategoryShares = {0.25, 0.44, 0.61, 0.75, 0.86, 1.0};
constexpr std::array<double, 6> kCategoryRisk = {0.1, 0.05, 0.2, -0.25, 0.2, -0.6};

// Standard normal that shares `loading` of its movement with another one.
double Correlated(double other, double loading, KeyedRandom& random) {
  // The rest of the variance is 1 - loading², whose root is taken by a few steps of Newton's: libm stays out of it.
  const double rest = 1 - loading * loading;
  double root = 0.5 * (1 + rest);
  for (int i = 0; i < 6; ++i) root = 0.5 * (root + rest / root);
  return loading * other + root * random.Normal();
}

int64_t Rounded(double value, int64_t low, int64_t high) {
  const int64_t nearest = static_cast<int64_t>(value + (value < 0 ? -0.5 : 0.5));
  return std::clamp(nearest, low, high);
}

int DrawCategory(KeyedRandom& random) {
  const double u = random.Uniform();
  return static_cast<int>(std::upper_bound(kCategoryShares.begin(), kCategoryShares.end() - 1, u) -
                          kCategoryShares.begin());
}

// Some buy almost nothing but promotions, the less engaged more often; the others now and then.
int64_t DrawPromoShare(double engagement, KeyedRandom& random) {
  const bool hunter = engagement + 1.2 * random.Normal() < -1.76;
  return hunter ? random.Between(85, 99) : random.Between(11, 24) + random.Between(0, 13);
}

void DrawMoney(double engagement, SyntheticCustomer& c, KeyedRandom& random) {
  const double before_previous = Correlated(engagement, 0.45, random);
  const double previous = Correlated(before_previous, 0.35, random);
  const double current = Correlated(previous, 0.83, random);
  c.revenue_tenths[2] = 10 * Rounded(4835 + 335 * before_previous, 4050, 5700);
  c.revenue_tenths[1] = 5 * Rounded(2 * (4950 + 700 * previous), 5700, 13800);
  c.revenue_tenths[0] = Rounded(10 * (5240 + 840 * current), 27000, 78000);
  c.profit_hundredths = Rounded(100 * (4 + random.Normal()), 85, 745);
}

// The weights follow what sets decliners of a real shop apart: few pages, few categories, few minutes, mostly
// promotions, baskets left unpaid.
double DeclineScore(const SyntheticCustomer& c) {
  double score = -1.25 * (static_cast<double>(c.pages_per_visit) - 8.2) / 4.0;
  score -= 0.75 * (static_cast<double>(c.categories_per_visit) - 3.27) / 1.38;
  score -= 0.75 * (static_cast<double>(c.minutes[1]) - 13.5) / 4.0;
  score -= 0.45 * (static_cast<double>(c.minutes[0]) - 13.2) / 4.2;
  score -= 0.5 * (static_cast<double>(c.contacts_6m_tenths) - 42.5) / 10.2;
  score -= 0.45 * (static_cast<double>(c.revenue_tenths[2]) - 48350) / 3350;
  score += 0.6 * (static_cast<double>(c.unpaid_items) - 2.85) / 2.0;
  score += c.promo_share_hundredths > 50 ? 1.9 : -0.28;
  score += c.premium ? 0.25 : -0.1;
  return score + kCategoryRisk[c.category];
}

// Calibrated with the noise so that 38 % decline.
constexpr double kDeclineBias = -0.85;
constexpr double kDeclineNoise = 1.65;

}  // namespace

SyntheticCustomer MakeCustomer(uint64_t seed, int64_t index) {
  KeyedRandom random({seed, static_cast<uint64_t>(index), kSnapshotStream});
  const double engagement = random.Normal();
  SyntheticCustomer c;
  c.premium = random.Chance(0.29);
  c.consent = random.Chance(0.74);
  c.category = DrawCategory(random);
  c.contacts_6m_tenths = Rounded(42.5 + 10.2 * Correlated(engagement, 0.35, random), 9, 66);
  c.contacts_current_month = Rounded(4 + 0.7 * random.Normal(), 3, 5);
  c.tenure_days = Rounded(602 + 255 * random.Normal(), 121, 1080);
  c.promo_share_hundredths = DrawPromoShare(engagement, random);
  c.categories_per_visit = Rounded(3.27 + 1.38 * Correlated(engagement, 0.45, random), 1, 6);
  c.unpaid_items = Rounded(2.85 + 2.0 * Correlated(engagement, -0.3, random), 0, 10);
  c.service_errors = Rounded(4.2 + 1.95 * random.Normal(), 0, 9);
  c.pages_per_visit = Rounded(8.2 + 4.0 * Correlated(engagement, 0.6, random), 1, 20);
  c.minutes[0] = Rounded(13.2 + 4.2 * Correlated(engagement, 0.5, random), 4, 23);
  c.minutes[1] = Rounded(13.5 + 4.0 * Correlated(engagement, 0.6, random), 5, 23);
  DrawMoney(engagement, c, random);
  c.decline_score = DeclineScore(c) + kDeclineBias;
  c.declined = c.decline_score + kDeclineNoise * random.Normal() > 0;
  return c;
}

std::string CustomerId(int64_t index) { return std::to_string(kFirstCustomerId + index); }

}  // namespace ebb::generate
