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
    for (const T& tile : by_day) ++begins_[tile.measure + size_t{2}];
    for (size_t i = 2; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
    sorted_.resize(by_day.size());
    for (const T& tile : by_day) sorted_[begins_[tile.measure + size_t{1}]++] = tile;
  }

  // Those of a measure, none of measure -1; all, or those of some days. Borrowed until the next Assign.
  std::span<const T> Of(int measure) const {
    if (measure < 0) return {};
    const auto at = static_cast<size_t>(measure);
    return std::span<const T>(sorted_).subspan(begins_[at], begins_[at + 1] - begins_[at]);
  }
  std::span<const T> In(int measure, DayRange days) const {
    const std::span<const T> tiles = Of(measure);
    const size_t begin = CountBefore(tiles, days.begin);
    return tiles.subspan(begin, CountBefore(tiles.subspan(begin), days.end));
  }

 private:
  // std::lower_bound without its branches: where a window ends among a handful of tiles, they are guessed wrong.
  static size_t CountBefore(std::span<const T> tiles, Day day) {
    if (tiles.empty()) return 0;
    const T* first = tiles.data();
    for (size_t left = tiles.size(); left > 1;) {
      const size_t half = left / 2;
      first += first[half - 1].day < day ? half : 0;
      left -= half;
    }
    return static_cast<size_t>(first - tiles.data()) + (first->day < day ? 1 : 0);
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
