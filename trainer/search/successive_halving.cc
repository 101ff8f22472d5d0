#include "trainer/search/successive_halving.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace ebb::trainer {
namespace {

constexpr size_t kLeastRows = 200;      // of the first rung
constexpr size_t kLeastCustomers = 10;  // of each class, there

std::array<size_t, kFamilies> CountByFamily(const Grid& settings) {
  std::array<size_t, kFamilies> counts = {};
  for (const Setting& setting : settings) ++counts[setting.family.index()];
  return counts;
}

size_t Third(size_t count) { return (count + kHalvingFactor - 1) / kHalvingFactor; }

// Fits from this many settings through the rungs that are left.
uint64_t FitsLeft(std::array<size_t, kFamilies> counts, int rungs, int folds) {
  uint64_t fits = 0;
  for (; rungs > 0; --rungs) {
    for (size_t& count : counts) {
      fits += count * static_cast<uint64_t>(folds);
      count = Third(count);
    }
  }
  return fits;
}

size_t PowerOfFactor(int exponent) {
  size_t power = 1;
  for (; exponent > 0; --exponent) power *= kHalvingFactor;
  return power;
}

// One rung's progress told as a part of the whole.
ProgressCallback AsPart(const ProgressCallback& callback, uint64_t before, uint64_t after, uint64_t taken_over) {
  if (!callback) return {};
  return [&callback, before, after, taken_over](SearchProgress progress) {
    progress.fits_taken_over += taken_over;
    progress.fits_done += before;
    progress.fits_total += before + after;
    callback(progress);
  };
}

absl::StatusOr<SearchResult> SearchShare(const Dataset& dataset, size_t every, std::span<const FoldAssignment> repeats,
                                         const Grid& settings, const SearchOptions& options) {
  const Dataset share = dataset.Select(StratifiedShare(dataset, every));
  const absl::StatusOr<std::vector<FoldAssignment>> cut =
      InnerFolds(share, repeats.front().count, static_cast<int>(repeats.size()));
  return cut.ok() ? GridSearch(share, *cut, settings, options) : cut.status();
}

// What all rungs took; what was tried and what was not is known of the first.
void AddEarlier(const SearchResult& earlier, SearchResult& result) {
  for (size_t f = 0; f < kFamilies; ++f) result.family_seconds[f] += earlier.family_seconds[f];
  result.fits += earlier.fits;
  result.fits_taken_over += earlier.fits_taken_over;
  result.family_tried = earlier.family_tried;
  result.untried = earlier.untried;
}

}  // namespace

int CountRungs(size_t settings, size_t rows, size_t customers_of_rarer_class, size_t least_of_a_class) {
  int rungs = 1;
  for (size_t every = kHalvingFactor;
       settings >= every && rows / every >= kLeastRows && customers_of_rarer_class / every >= least_of_a_class;
       every *= kHalvingFactor) {
    ++rungs;
  }
  return rungs;
}

Grid Survivors(const SearchResult& result, bool best_alone) {
  std::array<std::vector<const SettingResult*>, kFamilies> by_family;
  for (const SettingResult& setting : result.settings) by_family[setting.setting.family.index()].push_back(&setting);
  Grid survivors;
  for (std::vector<const SettingResult*>& family : by_family) {
    std::stable_sort(family.begin(), family.end(),
                     [](const SettingResult* a, const SettingResult* b) { return a->mean_roc_auc > b->mean_roc_auc; });
    const size_t count = best_alone ? std::min<size_t>(family.size(), 1) : Third(family.size());
    for (size_t i = 0; i < count; ++i) survivors.push_back(family[i]->setting);
  }
  return survivors;
}

absl::StatusOr<SearchResult> SuccessiveHalving(const Dataset& dataset, const FoldAssignment& folds,
                                               const Grid& settings, const SearchOptions& options) {
  return SuccessiveHalving(dataset, {&folds, 1}, settings, options);
}

absl::StatusOr<SearchResult> SuccessiveHalving(const Dataset& dataset, std::span<const FoldAssignment> repeats,
                                               const Grid& settings, const SearchOptions& options) {
  if (repeats.empty()) return GridSearch(dataset, repeats, settings, options);  // says so
  const auto counts = CountByFamily(settings);
  const int folds = repeats.front().count * static_cast<int>(repeats.size());
  const size_t least = std::max(kLeastCustomers, static_cast<size_t>(std::max(repeats.front().count, 0)));
  int left = CountRungs(*std::max_element(counts.begin(), counts.end()), dataset.rows(),
                        CustomersOfRarerClass(dataset, AllRows(dataset)), least);
  Grid rung = settings;
  SearchResult sum;
  uint64_t fits_before = 0;
  for (bool first = true;; first = false) {
    const auto now = CountByFamily(rung);
    const uint64_t fits_of_rung = FitsLeft(now, 1, folds);
    SearchOptions of_rung = options;
    of_rung.progress =
        AsPart(options.progress, fits_before, FitsLeft(now, left, folds) - fits_of_rung, sum.fits_taken_over);
    absl::StatusOr<SearchResult> result = left == 1
                                              ? GridSearch(dataset, repeats, rung, of_rung)
                                              : SearchShare(dataset, PowerOfFactor(left - 1), repeats, rung, of_rung);
    if (!result.ok()) return result;
    if (!first) AddEarlier(sum, *result);
    if (left == 1) return result;
    sum = *std::move(result);
    fits_before += fits_of_rung;
    const bool time_is_over = options.time_is_over && options.time_is_over();
    rung = Survivors(sum, time_is_over);
    left = time_is_over ? 1 : left - 1;
  }
}

}  // namespace ebb::trainer
