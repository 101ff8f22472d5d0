#include "feature_store/vector.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "feature_store/day_counter.h"
#include "feature_store/imported_value.h"
#include "feature_store/tiles_by_measure.h"

namespace ebb::feature_store {
namespace {

// A value before it is put into a vector, NaN where the window holds nothing: no number that is computed is one, and
// unlike an optional it stays in a register.
using Number = double;
constexpr Number kNothing = std::numeric_limits<double>::quiet_NaN();
bool IsSomething(Number number) { return !std::isnan(number); }

// Computes the features of one customer as of a T.
class VectorBuilder {
 public:
  VectorBuilder(const CompiledDeclarations& declarations, const CustomerState& state, const TilesByMeasure& by_measure,
                const FeatureWindows& windows)
      : declarations_(declarations), state_(state), by_measure_(by_measure), windows_(windows) {}

  void SetValue(size_t index, FeatureValues* values) const {
    const CompiledFeature& feature = declarations_.features()[index];
    if (feature.kind == v1::CATEGORY) {
      const std::optional<std::string_view> category = Category(feature, windows_.Days(index));
      if (category) return values->SetCategory(index, *category, v1::PRESENT);
    } else if (const Number number = ComputeNumber(feature, windows_.Days(index), windows_.Periods(index));
               IsSomething(number)) {
      return values->SetNumber(index, number, v1::PRESENT);
    }
    const v1::FeatureStatus status = Seen(feature) ? v1::DEFAULT : v1::NEVER_SEEN;
    switch (feature.default_value.kind_case()) {
      case v1::FeatureValue::kNumber:
        return values->SetNumber(index, feature.default_value.number(), status);
      case v1::FeatureValue::kCategory:
        return values->SetCategory(index, feature.default_value.category(), status);
      case v1::FeatureValue::KIND_NOT_SET:
        return values->SetMissing(index, status);
    }
  }

 private:
  using Tiles = std::span<const Tile>;
  using KeyedTiles = std::span<const KeyedTile>;
  // What the snapshot's values of a family stand for.
  using Imports = absl::InlinedVector<const ImportedFeature*, 4>;

  const MeasureKind& KindOf(int measure) const { return declarations_.measures()[measure].kind; }

  bool Seen(const CompiledFeature& feature) const {
    return state_.Seen(feature.measure) || state_.Seen(feature.second_measure) || !ImportsOf(feature).empty();
  }

  Imports ImportsOf(const CompiledFeature& feature) const {
    Imports imports;
    for (const ImportedFeature& imported : state_.imported()) {
      if (declarations_.features()[imported.feature].family == feature.family) imports.push_back(&imported);
    }
    return imports;
  }

  // The imported value of exactly this feature while it holds.
  const ImportedFeature* Held(const CompiledFeature& feature) const {
    if (feature.imported_as != ImportedAs::kHeld) return nullptr;
    CompiledWindow newest = feature.window;
    newest.offset = 0;
    for (const ImportedFeature& imported : state_.imported()) {
      if (&declarations_.features()[imported.feature] != &feature) continue;
      return ShopCalendar::DaysOf(newest, windows_.today()).begin <= imported.anchor ? &imported : nullptr;
    }
    return nullptr;
  }

  Number ComputeNumber(const CompiledFeature& feature, DayRange days, std::span<const DayRange> periods) const {
    if (const ImportedFeature* held = Held(feature)) return held->number;
    if (feature.field == v1::PROFIT) return Profit(feature, days);
    if (CountsDays(feature)) return DaysCounted(feature);
    switch (feature.aggregation) {
      case v1::COUNT:
      case v1::SUM:
        return Tiled(feature, days);
      case v1::MEAN: {
        const int64_t count = Total(feature.second_measure, days);
        if (count == 0) return kNothing;
        return feature.scale.Apply(static_cast<double>(Total(feature.measure, days)) / static_cast<double>(count));
      }
      case v1::MIN:
      case v1::MAX:
        return Extreme(feature, days);
      case v1::LAST:
        return Last(feature, days);
      case v1::DISTINCT: {
        const int64_t distinct = Total(feature.measure, days);
        return distinct == 0 ? kNothing : feature.scale.Apply(distinct);
      }
      case v1::RATIO: {
        const Number ratio = Ratio(feature, days);
        return IsSomething(ratio) ? feature.scale.Apply(ratio) : kNothing;
      }
      case v1::MONTHLY_MEAN:
        if (by_measure_.tiles.In(feature.measure, days).empty()) return kNothing;
        return feature.scale.Apply(Total(feature.measure, days)) / feature.window.length;
      case v1::MEAN_OF_PERIODS:
        return MeanOfPeriods(feature, days, periods);
      default:
        return kNothing;
    }
  }

  // COUNT and SUM: the tiles of the window, but for days that a snapshot stands for, and the snapshot's own.
  Number Tiled(const CompiledFeature& feature, DayRange days) const {
    const Imports imports = ImportsOf(feature);
    const bool unpaid = feature.field == v1::UNPAID_QUANTITY;
    if (imports.empty() && !unpaid) {  // nearly always
      const Tiles tiles = by_measure_.tiles.In(feature.measure, days);
      return tiles.empty() ? kNothing : feature.scale.Apply(Sum(tiles));
    }
    const auto covered = [&](Day day) {
      return std::any_of(imports.begin(), imports.end(), [&](const auto* i) { return i->covers.Contains(day); });
    };
    bool any = false;
    int64_t sum = 0;
    const auto add = [&](int64_t value) {
      any = true;
      sum = static_cast<int64_t>(static_cast<uint64_t>(sum) + static_cast<uint64_t>(value));
    };
    for (const ImportedFeature* imported : imports) {
      if (days.Contains(imported->anchor)) add(imported->value);
    }
    if (unpaid) {
      // Only what was put into the basket can be left in it: of a product that was bought alone nothing is summed.
      Products products;
      const KeyedTiles tiles = by_measure_.keyed_tiles.In(feature.measure, days);
      for (const KeyedTile& tile : tiles) {
        if (covered(tile.day)) continue;
        any = true;
        if (tile.value > 0) products.emplace_back(tile.key, tile.value);
      }
      SumByKey(products);
      if (!products.empty()) {
        for (const KeyedTile& tile : tiles) {
          if (tile.value < 0 && !covered(tile.day)) AddIfThere(tile.key, tile.value, &products);
        }
      }
      for (const auto& [product, net] : products) add(std::max<int64_t>(net, 0));
    } else {
      for (const Tile& tile : by_measure_.tiles.In(feature.measure, days)) {
        if (!covered(tile.day)) add(tile.value);
      }
    }
    return any ? feature.scale.Apply(sum) : kNothing;
  }

  using Products = absl::InlinedVector<std::pair<uint64_t, int64_t>, 32>;

  static void AddIfThere(uint64_t key, int64_t value, Products* products) {
    const auto at = std::lower_bound(products->begin(), products->end(), key,
                                     [](const auto& entry, uint64_t wanted) { return entry.first < wanted; });
    if (at != products->end() && at->first == key) at->second += value;
  }

  // Leaves one entry for each key, values summed, in order of keys.
  static void SumByKey(Products& entries) {
    std::sort(entries.begin(), entries.end());
    size_t kept = 0;
    for (size_t i = 0; i < entries.size(); ++i) {
      if (kept > 0 && entries[kept - 1].first == entries[i].first) {
        entries[kept - 1].second += entries[i].second;
      } else {
        entries[kept++] = entries[i];
      }
    }
    entries.resize(kept);
  }

  // Around the greatest number, as sums are folded.
  static int64_t Sum(Tiles tiles) {
    uint64_t sum = 0;
    for (const Tile& tile : tiles) sum += static_cast<uint64_t>(tile.value);
    return static_cast<int64_t>(sum);
  }

  // The count or sum of a window, or how many different members its days have together.
  int64_t Total(int measure, DayRange days) const { return TotalOf(measure, by_measure_.tiles.In(measure, days)); }
  int64_t TotalOf(int measure, Tiles tiles) const {
    if (KindOf(measure) != MeasureKind::kDistinct) return Sum(tiles);
    absl::InlinedVector<int64_t, 64> members;
    for (const Tile& tile : tiles) members.push_back(tile.value);
    std::sort(members.begin(), members.end());
    return std::unique(members.begin(), members.end()) - members.begin();
  }
  // Takes the tiles of `first` and later days off the end of `tiles`.
  int64_t TakeTotal(int measure, Day first, Tiles* tiles) const {
    size_t kept = tiles->size();
    while (kept > 0 && (*tiles)[kept - 1].day >= first) --kept;
    const int64_t total = TotalOf(measure, tiles->subspan(kept));
    *tiles = tiles->first(kept);
    return total;
  }

  Number Extreme(const CompiledFeature& feature, DayRange days) const {
    const Tiles tiles = by_measure_.tiles.In(feature.measure, days);
    if (tiles.empty()) return kNothing;
    const auto [least, greatest] =
        std::minmax_element(tiles.begin(), tiles.end(), [](const Tile& a, const Tile& b) { return a.value < b.value; });
    return feature.scale.Apply(feature.aggregation == v1::MIN ? least->value : greatest->value);
  }

  Number Ratio(const CompiledFeature& feature, DayRange days) const {
    const int64_t below = Total(feature.second_measure, days);
    if (below == 0) return kNothing;
    return static_cast<double>(Total(feature.measure, days)) / static_cast<double>(below);
  }

  // Months are added from the newest to the oldest: the order is part of the bits. `days` are those of all months.
  Number MeanOfPeriods(const CompiledFeature& feature, DayRange days, std::span<const DayRange> months) const {
    Tiles above = by_measure_.tiles.In(feature.measure, days);
    Tiles below = by_measure_.tiles.In(feature.second_measure, days);
    double sum = 0;
    int periods = 0;
    for (const DayRange& month : months) {
      const int64_t dividend = TakeTotal(feature.measure, month.begin, &above);
      const int64_t divisor = TakeTotal(feature.second_measure, month.begin, &below);
      if (divisor == 0) continue;
      sum += static_cast<double>(dividend) / static_cast<double>(divisor);
      ++periods;
    }
    return periods == 0 ? kNothing : feature.scale.Apply(sum / periods);
  }

  // Statements of profit, one a month.
  Number Profit(const CompiledFeature& feature, DayRange days) const {
    const std::span<const LastValue> statements = LastValuesIn(state_, feature.measure, days);
    if (statements.empty()) return kNothing;
    int64_t sum = 0, least = statements.front().value, greatest = least;
    const LastValue* last = &statements.front();
    for (const LastValue& statement : statements) {
      sum += statement.value;
      least = std::min(least, statement.value);
      greatest = std::max(greatest, statement.value);
      if (last->stamp < statement.stamp) last = &statement;
    }
    const auto count = static_cast<double>(statements.size());
    switch (feature.aggregation) {
      case v1::COUNT:
        return feature.scale.Apply(count);
      case v1::SUM:
        return feature.scale.Apply(sum);
      case v1::MEAN:
        return feature.scale.Apply(static_cast<double>(sum) / count);
      case v1::MIN:
        return feature.scale.Apply(least);
      case v1::MAX:
        return feature.scale.Apply(greatest);
      case v1::LAST:
        return feature.scale.Apply(last->value);
      default:
        return feature.scale.Apply(sum) / feature.window.length;
    }
  }

  // The newest value of the window's events and of a snapshot.
  std::optional<int64_t> Newest(const CompiledFeature& feature, DayRange days) const {
    const bool profile = feature.window.unit == CompiledWindow::Unit::kLifetime;
    const Stamp* newest = nullptr;
    int64_t value = 0;
    for (const LastValue& last : LastValuesIn(state_, feature.measure, profile ? DayRange() : days)) {
      if (newest != nullptr && last.stamp < *newest) continue;
      newest = &last.stamp;
      value = last.value;
    }
    for (const ImportedFeature* imported : ImportsOf(feature)) {
      if (!days.Contains(imported->anchor) || (newest != nullptr && imported->stamp < *newest)) continue;
      newest = &imported->stamp;
      value = imported->value;
    }
    return newest == nullptr ? std::optional<int64_t>() : value;
  }

  Number Last(const CompiledFeature& feature, DayRange days) const {
    const std::optional<int64_t> value = Newest(feature, days);
    return value ? feature.scale.Apply(*value) : kNothing;
  }

  Number DaysCounted(const CompiledFeature& feature) const {
    const std::optional<Day> from = CountedFrom(declarations_, state_, by_measure_, feature, windows_.today());
    return from ? feature.scale.Apply(CountOn(*from, windows_.today())) : kNothing;
  }

  std::optional<std::string_view> Category(const CompiledFeature& feature, DayRange days) const {
    if (const ImportedFeature* held = Held(feature)) return state_.TextOf(static_cast<uint64_t>(held->value));
    if (feature.aggregation == v1::MOST_FREQUENT) return MostFrequent(feature, days);
    const std::optional<int64_t> value = Newest(feature, days);
    if (!value) return {};
    if (feature.field == v1::MARKETING_CONSENT) return *value != 0 ? kConsentYes : kConsentNo;
    return state_.TextOf(static_cast<uint64_t>(*value));
  }

  std::optional<std::string_view> MostFrequent(const CompiledFeature& feature, DayRange days) const {
    struct Candidate {
      uint64_t key;
      int64_t count;
      int64_t latest;
    };
    absl::InlinedVector<Candidate, 16> candidates;
    const auto candidate = [&](uint64_t key) -> Candidate& {
      for (Candidate& known : candidates) {
        if (known.key == key) return known;
      }
      return candidates.emplace_back(Candidate{key, 0, std::numeric_limits<int64_t>::min()});
    };
    const KeyedTiles times = by_measure_.keyed_tiles.In(feature.second_measure, days);
    auto time = times.begin();
    for (const KeyedTile& tile : by_measure_.keyed_tiles.In(feature.measure, days)) {
      Candidate& known = candidate(tile.key);
      known.count += tile.value;
      // Both measures are of the same events: the times stand as the counts do.
      if (time != times.end() && time->key == tile.key) known.latest = std::max(known.latest, (time++)->value);
    }
    if (candidates.empty()) return {};
    for (; time != times.end(); ++time) {
      int64_t& latest = candidate(time->key).latest;
      latest = std::max(latest, time->value);
    }
    // More often, then later, then first by bytes.
    const auto best = std::min_element(candidates.begin(), candidates.end(), [&](const auto& a, const auto& b) {
      if (a.count != b.count) return a.count > b.count;
      if (a.latest != b.latest) return a.latest > b.latest;
      return state_.TextOf(a.key) < state_.TextOf(b.key);
    });
    return state_.TextOf(best->key);
  }

  const CompiledDeclarations& declarations_;
  const CustomerState& state_;
  const TilesByMeasure& by_measure_;
  const FeatureWindows& windows_;
};

}  // namespace

void ComputeValues(const CompiledDeclarations& declarations, const CustomerState& state, absl::Time as_of,
                   FeatureValues* values) {
  TilesByMeasure by_measure;
  by_measure.Assign(declarations, state);
  ComputeValues(declarations, state, by_measure, FeatureWindows(declarations, as_of), values);
}

void ComputeValues(const CompiledDeclarations& declarations, const CustomerState& state,
                   const TilesByMeasure& by_measure, const FeatureWindows& windows, FeatureValues* values) {
  const VectorBuilder builder(declarations, state, by_measure, windows);
  const size_t features = declarations.features().size();
  values->Reset(features);
  for (size_t i = 0; i < features; ++i) builder.SetValue(i, values);
  values->as_of_us = windows.as_of_us();
  values->last_event_us = state.last_event_us();
}

v1::FeatureVector ComputeVector(const CompiledDeclarations& declarations, const CustomerState& state,
                                absl::Time as_of) {
  FeatureValues values;
  ComputeValues(declarations, state, as_of, &values);
  return ToVector(declarations, values);
}

bool HasNews(const CompiledDeclarations& declarations, const CustomerState& state, absl::Time then, absl::Time now) {
  const Day day_then = declarations.calendar().DayOf(then), day_now = declarations.calendar().DayOf(now);
  if (day_then == day_now) return false;
  TilesByMeasure by_measure;
  by_measure.Assign(declarations, state);
  FeatureValues before, after;
  ComputeValues(declarations, state, by_measure, FeatureWindows(declarations, then), &before);
  ComputeValues(declarations, state, by_measure, FeatureWindows(declarations, now), &after);
  if (SameValues(before, after)) return false;
  for (size_t i = 0; i < declarations.features().size(); ++i) {
    const CompiledFeature& feature = declarations.features()[i];
    if (SameValue(before, after, i, feature.kind)) continue;
    if (!CountsDays(feature)) return true;
    const std::optional<Day> from_then = CountedFrom(declarations, state, by_measure, feature, day_then);
    const std::optional<Day> from_now = CountedFrom(declarations, state, by_measure, feature, day_now);
    if (from_then.has_value() != from_now.has_value()) return true;
    if (from_now && StepOf(CountOn(*from_then, day_then)) != StepOf(CountOn(*from_now, day_now))) return true;
  }
  return false;
}

}  // namespace ebb::feature_store
