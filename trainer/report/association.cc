#include "trainer/report/association.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace ebb::trainer {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double PearsonCorrelation(std::span<const double> a, std::span<const double> b) {
  double rows = 0, mean_a = 0, mean_b = 0, squares_a = 0, squares_b = 0, products = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) || std::isnan(b[i])) continue;
    // Welford's updates: no cancellation however far the means are from zero.
    ++rows;
    const double from_a = a[i] - mean_a, from_b = b[i] - mean_b;
    mean_a += from_a / rows;
    mean_b += from_b / rows;
    squares_a += from_a * (a[i] - mean_a);
    squares_b += from_b * (b[i] - mean_b);
    products += from_a * (b[i] - mean_b);
  }
  if (!(squares_a > 0 && squares_b > 0)) return kUndefined;
  return std::clamp(products / std::sqrt(squares_a * squares_b), -1.0, 1.0);
}

double CramersV(Codes a, Codes b, std::span<const uint32_t> counts, int biases) {
  const auto width = static_cast<size_t>(b.values);
  std::vector<double> table(static_cast<size_t>(a.values) * width), of_a(static_cast<size_t>(a.values)), of_b(width);
  double rows = 0;
  for (size_t i = 0; i < a.codes.size(); ++i) {
    if (a.codes[i] < 0 || b.codes[i] < 0) continue;
    const double count = counts.empty() ? 1 : counts[i];
    const auto at_a = static_cast<size_t>(a.codes[i]), at_b = static_cast<size_t>(b.codes[i]);
    table[at_a * width + at_b] += count;
    of_a[at_a] += count;
    of_b[at_b] += count;
    rows += count;
  }
  const auto seen = [](const std::vector<double>& margin) {
    return static_cast<double>(std::count_if(margin.begin(), margin.end(), [](double n) { return n > 0; }));
  };
  const double seen_a = seen(of_a), seen_b = seen(of_b);
  if (seen_a < 2 || seen_b < 2) return kUndefined;
  double chi_squared = 0;
  for (size_t i = 0; i < of_a.size(); ++i) {
    for (size_t j = 0; j < width; ++j) {
      const double expected = of_a[i] * of_b[j] / rows;
      if (expected > 0) chi_squared += (table[i * width + j] - expected) * (table[i * width + j] - expected) / expected;
    }
  }
  const double bias = (seen_a - 1) * (seen_b - 1) / (rows - 1);
  const double phi_squared = std::max(0.0, chi_squared / rows - biases * bias);
  const double corrected_a = seen_a - (seen_a - 1) * (seen_a - 1) / (rows - 1);
  const double corrected_b = seen_b - (seen_b - 1) * (seen_b - 1) / (rows - 1);
  const double greatest = std::min(corrected_a, corrected_b) - 1;
  return greatest > 0 ? std::min(1.0, std::sqrt(phi_squared / greatest)) : kUndefined;
}

double CorrelationRatio(Codes category, std::span<const double> number) {
  std::vector<double> sums(static_cast<size_t>(category.values)), rows(sums.size());
  double sum = 0, count = 0;
  const auto known = [&](size_t i) { return category.codes[i] >= 0 && !std::isnan(number[i]); };
  for (size_t i = 0; i < number.size(); ++i) {
    if (!known(i)) continue;
    sums[static_cast<size_t>(category.codes[i])] += number[i];
    rows[static_cast<size_t>(category.codes[i])] += 1;
    sum += number[i];
    count += 1;
  }
  const double mean = sum / count;
  double between = 0, total = 0;
  int seen = 0;
  for (size_t v = 0; v < sums.size(); ++v) {
    if (rows[v] == 0) continue;
    ++seen;
    between += rows[v] * (sums[v] / rows[v] - mean) * (sums[v] / rows[v] - mean);
  }
  for (size_t i = 0; i < number.size(); ++i) {
    if (known(i)) total += (number[i] - mean) * (number[i] - mean);
  }
  if (seen < 2 || !(total > 0)) return kUndefined;
  return std::sqrt(std::min(1.0, between / total));
}

}  // namespace ebb::trainer
