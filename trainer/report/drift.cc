#include "trainer/report/drift.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "trainer/evaluation/probability_bins.h"

namespace ebb::trainer {
namespace {

// Counts by bin, then and now.
struct Counts {
  std::vector<int64_t> before;
  std::vector<int64_t> now;
};

// Bins in order; those that are rare before are joined with the next, the last ones with the one before.
Counts Joined(const Counts& fine) {
  const int64_t all = std::accumulate(fine.before.begin(), fine.before.end(), int64_t{0});
  Counts coarse;
  int64_t before = 0, now = 0;
  for (size_t bin = 0; bin < fine.before.size(); ++bin) {
    before += fine.before[bin];
    now += fine.now[bin];
    if (before * 20 < all) continue;
    coarse.before.push_back(before);
    coarse.now.push_back(now);
    before = now = 0;
  }
  if (coarse.before.empty()) return fine;
  coarse.before.back() += before;
  coarse.now.back() += now;
  return coarse;
}

void AddMissing(int64_t before, int64_t now, Counts* counts) {
  counts->before.push_back(before);
  counts->now.push_back(now);
}

double OfNumber(const v1::FeatureDescription& described, const std::vector<double>& values) {
  Counts counts;
  std::vector<double> ends;
  for (const v1::HistogramBin& bin : described.number().histogram()) {
    counts.before.push_back(bin.declined() + bin.steady());
    ends.push_back(bin.to());
  }
  if (ends.empty()) return 0;
  ends.back() = std::numeric_limits<double>::infinity();
  counts.now.resize(ends.size());
  int64_t missing = 0;
  for (const double value : values) {
    if (std::isnan(value)) {
      ++missing;
    } else {
      ++counts.now[static_cast<size_t>(std::upper_bound(ends.begin(), ends.end() - 1, value) - ends.begin())];
    }
  }
  counts = Joined(counts);
  AddMissing(described.missing(), missing, &counts);
  return StabilityIndex(counts.before, counts.now);
}

double OfCategory(const v1::FeatureDescription& described, const Dataset::CategoryColumn& column) {
  std::map<std::string, std::pair<int64_t, int64_t>> counts;  // values that the report does not list count as "…"
  for (const v1::CategoryCount& count : described.category().counts()) {
    counts[count.value()].first = count.declined() + count.steady();
  }
  int64_t missing = 0;
  for (const int32_t code : column.codes) {
    if (code < 0) {
      ++missing;
      continue;
    }
    const auto listed = counts.find(column.values[static_cast<size_t>(code)]);
    ++(listed == counts.end() ? counts["…"] : listed->second).second;
  }
  Counts result;
  for (const auto& [value, both] : counts) {
    result.before.push_back(both.first);
    result.now.push_back(both.second);
  }
  AddMissing(described.missing(), missing, &result);
  return StabilityIndex(result.before, result.now);
}

std::vector<int64_t> CountByBin(std::span<const double> probabilities) {
  std::vector<int64_t> counts(kProbabilityBins);
  for (const double probability : probabilities) ++counts[ProbabilityBinOf(probability)];
  return counts;
}

double OfProbabilities(const v1::ModelReport& report, std::span<const double> probabilities) {
  Counts counts{.before = {}, .now = CountByBin(probabilities)};
  for (const v1::HistogramBin& bin : report.probabilities()) counts.before.push_back(bin.declined() + bin.steady());
  if (counts.before.size() != counts.now.size()) return 0;
  counts = Joined(counts);
  return StabilityIndex(counts.before, counts.now);
}

}  // namespace

double StabilityIndex(std::span<const int64_t> before, std::span<const int64_t> now) {
  const auto all_before = static_cast<double>(std::accumulate(before.begin(), before.end(), int64_t{0}));
  const auto all_now = static_cast<double>(std::accumulate(now.begin(), now.end(), int64_t{0}));
  if (all_before == 0 || all_now == 0) return 0;
  double index = 0;
  for (size_t bin = 0; bin < before.size(); ++bin) {
    if (before[bin] == 0 && now[bin] == 0) continue;
    const double p = std::max(static_cast<double>(now[bin]), 0.5) / all_now;
    const double q = std::max(static_cast<double>(before[bin]), 0.5) / all_before;
    index += (p - q) * std::log(p / q);
  }
  return index;
}

std::vector<v1::HistogramBin> DescribeProbabilities(std::span<const double> probabilities,
                                                    std::span<const uint8_t> labels) {
  std::vector<double> of_class[2];
  for (size_t row = 0; row < labels.size(); ++row) of_class[labels[row] != 0].push_back(probabilities[row]);
  const std::vector<int64_t> steady = CountByBin(of_class[0]), declined = CountByBin(of_class[1]);
  std::vector<v1::HistogramBin> bins(steady.size());
  for (size_t bin = 0; bin < bins.size(); ++bin) {
    bins[bin].set_from(static_cast<double>(bin) / static_cast<double>(bins.size()));
    bins[bin].set_to(static_cast<double>(bin + 1) / static_cast<double>(bins.size()));
    bins[bin].set_declined(declined[bin]);
    bins[bin].set_steady(steady[bin]);
  }
  return bins;
}

std::vector<Drift> MeasureDrift(const v1::ModelReport& report, const Dataset& now,
                                std::span<const double> probabilities) {
  std::vector<Drift> drifts = {{"probability", OfProbabilities(report, probabilities)}};
  for (const v1::FeatureDescription& described : report.features()) {
    const auto feature = now.schema().IndexOf(described.name());
    if (!feature || !described.input() || !described.left_out().empty()) continue;
    const bool number = now.schema()[*feature].kind == FeatureKind::kNumber;
    if (number != described.has_number()) continue;  // declared anew: nothing to compare
    drifts.push_back({described.name(), number ? OfNumber(described, now.Numbers(*feature))
                                               : OfCategory(described, now.Categories(*feature))});
  }
  std::stable_sort(drifts.begin(), drifts.end(),
                   [](const Drift& a, const Drift& b) { return a.stability_index > b.stability_index; });
  return drifts;
}

}  // namespace ebb::trainer
