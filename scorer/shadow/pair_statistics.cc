#include "scorer/shadow/pair_statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "model/segments.h"

namespace ebb::scorer {
namespace {

// Ranks from 1; equal values share the mean of the places they take.
std::vector<double> MeanRanks(const std::vector<double>& values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t first = 0; first < order.size();) {
    size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    const double rank = (static_cast<double>(first + 1) + static_cast<double>(end)) / 2;
    for (size_t i = first; i < end; ++i) ranks[order[i]] = rank;
    first = end;
  }
  return ranks;
}

double MeanOf(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

bool IsConstant(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [&](double value) { return value == values.front(); });
}

std::optional<double> PearsonOf(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() < 2 || IsConstant(a) || IsConstant(b)) return std::nullopt;
  const double mean_a = MeanOf(a), mean_b = MeanOf(b);
  double both = 0, squares_a = 0, squares_b = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    both += (a[i] - mean_a) * (b[i] - mean_b);
    squares_a += (a[i] - mean_a) * (a[i] - mean_a);
    squares_b += (b[i] - mean_b) * (b[i] - mean_b);
  }
  const double scale = std::sqrt(squares_a) * std::sqrt(squares_b);
  if (scale == 0) return std::nullopt;  // they differ by less than a double can square
  return std::clamp(both / scale, -1.0, 1.0);
}

void CountBands(const std::vector<ScorePair>& pairs, double threshold, PairStatistics* statistics) {
  for (const ScorePair& pair : pairs) {
    const bool champion = BandOf(pair.champion, threshold) == RiskBand::kAtRisk;
    const bool challenger = BandOf(pair.challenger, threshold) == RiskBand::kAtRisk;
    int64_t& count = champion ? (challenger ? statistics->both_at_risk : statistics->champion_only_at_risk)
                              : (challenger ? statistics->challenger_only_at_risk : statistics->neither_at_risk);
    ++count;
  }
}

}  // namespace

PairStatistics ComparePairs(std::vector<ScorePair> pairs, double risk_threshold) {
  PairStatistics statistics;
  if (pairs.empty()) return statistics;
  std::sort(pairs.begin(), pairs.end(), [](const ScorePair& a, const ScorePair& b) {
    return std::tie(a.champion, a.challenger) < std::tie(b.champion, b.challenger);
  });
  std::vector<double> champion, challenger, difference;
  for (const ScorePair& pair : pairs) {
    champion.push_back(pair.champion);
    challenger.push_back(pair.challenger);
    difference.push_back(pair.challenger - pair.champion);
  }
  statistics.customers = static_cast<int64_t>(pairs.size());
  statistics.mean_difference = MeanOf(difference);
  double squares = 0, absolute = 0;
  for (const double d : difference) {
    squares += (d - statistics.mean_difference) * (d - statistics.mean_difference);
    absolute += std::abs(d);
    statistics.greatest_difference = std::max(statistics.greatest_difference, std::abs(d));
  }
  statistics.standard_deviation = std::sqrt(squares / static_cast<double>(pairs.size()));
  statistics.mean_absolute_difference = absolute / static_cast<double>(pairs.size());
  CountBands(pairs, risk_threshold, &statistics);
  statistics.correlation = PearsonOf(champion, challenger);
  statistics.rank_correlation = PearsonOf(MeanRanks(champion), MeanRanks(challenger));
  return statistics;
}

}  // namespace ebb::scorer
