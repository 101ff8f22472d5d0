#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "feature_store/customer_state.h"

namespace ebb::feature_store {

// Tiles of one kind sorted by (measure, day) and then value or key.
template <typename T>
class SortedByMeasure {
 public:
  // `by_day` as a state keeps them; every measure is below `measures`. Linear in both.
  void Assign(size_t measures, const std::vector<T>& by_day) {
    // A counting sort: what is equal in measure stays in its order.
    begins_.assign(measures + 2, 0);
    ForEachRun(by_day, [&](auto begin, auto end) { begins_[begin->measure + size_t{2}] += end - begin; });
    for (size_t i = 2; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
    sorted_.resize(by_day.size());
    ForEachRun(by_day, [&](auto begin, auto end) {
      uint32_t& next = begins_[begin->measure + size_t{1}];
      std::copy(begin, end, sorted_.begin() + next);
      next += end - begin;
    });
  }

  // Those of a measure, none of measure -1; all, or those of some days. Borrowed until the next Assign.
  std::span<const T> Of(int measure) const {
    if (measure < 0) return {};
    const auto at = static_cast<size_t>(measure);
    return std::span<const T>(sorted_).subspan(begins_[at], begins_[at + 1] - begins_[at]);
  }
  std::span<const T> In(int measure, DayRange days) const {
    const std::span<const T> tiles = Of(measure);
    if (tiles.size() <= kFew) return InFew(tiles, days);
    const auto before = [](const T& tile, Day day) { return tile.day < day; };
    const auto begin = std::lower_bound(tiles.begin(), tiles.end(), days.begin, before);
    return {begin, std::lower_bound(begin, tiles.end(), days.end, before)};
  }

 private:
  static constexpr size_t kFew = 16;

  // Calls `take` for each stretch of the same measure: those of one day lie side by side.
  template <typename Take>
  static void ForEachRun(const std::vector<T>& by_day, const Take& take) {
    for (auto begin = by_day.begin(); begin != by_day.end();) {
      auto end = begin + 1;
      while (end != by_day.end() && end->measure == begin->measure) ++end;
      take(begin, end);
      begin = end;
    }
  }

  // A search by halves would guess wrong at nearly every turn: a handful is counted instead, without a branch.
  static std::span<const T> InFew(std::span<const T> tiles, DayRange days) {
    size_t begin = 0, end = 0;
    for (const T& tile : tiles) {
      begin += tile.day < days.begin ? 1 : 0;
      end += tile.day < days.end ? 1 : 0;
    }
    return tiles.subspan(begin, std::max(begin, end) - begin);
  }

  std::vector<uint32_t> begins_;  // of each measure, then where the last one ends
  std::vector<T> sorted_;
};

// A state's tiles as vectors look at them: a state keeps them by day, a window is one measure over many days. To be
// assigned before it is asked; assigned again it uses its memory again. Not thread-safe.
struct TilesByMeasure {
  void Assign(const CompiledDeclarations& declarations, const CustomerState& state) {
    tiles.Assign(declarations.measures().size(), state.tiles());
    keyed_tiles.Assign(declarations.measures().size(), state.keyed_tiles());
  }

  SortedByMeasure<Tile> tiles;
  SortedByMeasure<KeyedTile> keyed_tiles;
};

// The last values of a measure in a range of days: a state keeps them in this order.
inline std::span<const LastValue> LastValuesIn(const CustomerState& state, int measure, DayRange days) {
  const auto before = [](const LastValue& value, const std::pair<int, Day>& key) {
    return value.measure < key.first || (value.measure == key.first && value.day < key.second);
  };
  const std::vector<LastValue>& values = state.last_values();
  const auto begin = std::lower_bound(values.begin(), values.end(), std::pair(measure, days.begin), before);
  return {begin, std::lower_bound(begin, values.end(), std::pair(measure, days.end), before)};
}

}  // namespace ebb::feature_store
