#include "scorer/offers/uplift_statistics.h"

#include <algorithm>
#include <cmath>

namespace ebb::scorer {
namespace {

// The continued fraction of the incomplete beta function, by Lentz's method.
double BetaFraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300, kClose = 1e-15;
  constexpr int kMostTerms = 10'000;
  const auto away_from_zero = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
  double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), fraction = d;
  for (int m = 1; m < kMostTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    fraction *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    fraction *= d * c;
    if (std::abs(d * c - 1) < kClose) break;
  }
  return fraction;
}

// The regularized incomplete beta function.
double IncompleteBeta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  return x < (a + 1) / (a + b + 2) ? front * BetaFraction(a, b, x) / a : 1 - front * BetaFraction(b, a, 1 - x) / b;
}

// P(T > t) for t >= 0.
double StudentTail(double t, double degrees) {
  return IncompleteBeta(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2;
}

// The t >= 0 whose tail is `tail`, which falls with t.
template <typename Tail>
double FindTail(double tail, Tail tail_of) {
  double low = 0, high = 1;
  while (tail_of(high) > tail && high < 1e12) high *= 2;
  for (int step = 0; step < 200 && high - low > 1e-14 * high; ++step) {
    const double middle = (low + high) / 2;
    (tail_of(middle) > tail ? low : high) = middle;
  }
  return (low + high) / 2;
}

// Wilson's interval of a share.
EffectInterval Wilson(const UpliftMoments& values, double z) {
  const double n = static_cast<double>(values.count), share = static_cast<double>(values.positive) / n;
  const double center = (share + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n);
  return {.difference = share, .lower = center - half, .upper = center + half};
}

}  // namespace

void UpliftMoments::Add(double value) {
  ++count;
  positive += value > 0;
  const double before = value - mean;
  mean += before / static_cast<double>(count);
  squares += before * (value - mean);
}

std::optional<EffectInterval> WelchInterval(const UpliftMoments& treated, const UpliftMoments& untreated,
                                            double confidence) {
  if (treated.count < 2 || untreated.count < 2) return std::nullopt;
  const double difference = treated.mean - untreated.mean;
  const double n1 = static_cast<double>(treated.count), n2 = static_cast<double>(untreated.count);
  const double v1 = treated.squares / (n1 - 1) / n1, v2 = untreated.squares / (n2 - 1) / n2;
  if (v1 + v2 == 0) return EffectInterval{.difference = difference, .lower = difference, .upper = difference};
  const double degrees = (v1 + v2) * (v1 + v2) / (v1 * v1 / (n1 - 1) + v2 * v2 / (n2 - 1));
  const double half = StudentQuantile((1 + confidence) / 2, degrees) * std::sqrt(v1 + v2);
  return EffectInterval{.difference = difference, .lower = difference - half, .upper = difference + half};
}

std::optional<EffectInterval> ShareInterval(const UpliftMoments& treated, const UpliftMoments& untreated,
                                            double confidence) {
  if (treated.count == 0 || untreated.count == 0) return std::nullopt;
  const double z = NormalQuantile((1 + confidence) / 2);
  const EffectInterval a = Wilson(treated, z), b = Wilson(untreated, z);
  const double difference = a.difference - b.difference;
  return EffectInterval{.difference = difference,
                        .lower = difference - std::hypot(a.difference - a.lower, b.upper - b.difference),
                        .upper = difference + std::hypot(a.upper - a.difference, b.difference - b.lower)};
}

std::optional<double> SampleRatioP(int64_t treated, int64_t untreated, double expected_untreated) {
  const double total = static_cast<double>(treated + untreated), expected_treated = total - expected_untreated;
  if (expected_untreated <= 0 || expected_treated <= 0) return std::nullopt;
  const double off = static_cast<double>(untreated) - expected_untreated;
  const double chi_squared = off * off / expected_untreated + off * off / expected_treated;
  return std::erfc(std::sqrt(chi_squared / 2));
}

double NormalQuantile(double p) {
  const double found = FindTail(std::min(p, 1 - p), [](double x) { return std::erfc(x / std::sqrt(2.0)) / 2; });
  return p < 0.5 ? -found : found;
}

double StudentQuantile(double p, double degrees) {
  const double found = FindTail(std::min(p, 1 - p), [&](double t) { return StudentTail(t, degrees); });
  return p < 0.5 ? -found : found;
}

}  // namespace ebb::scorer
