#pragma once

#include <vector>

#include "feature_store/customer_state.h"

namespace ebb::feature_store {

// A state's tiles sorted by (measure, day) and then value or key: a state keeps them by day, whoever reads them looks
// at one measure over many days. Linear in the number of tiles.
struct TilesByMeasure {
  explicit TilesByMeasure(const CustomerState& state)
      : tiles(Sorted(state.tiles())), keyed_tiles(Sorted(state.keyed_tiles())) {}

  const std::vector<Tile> tiles;
  const std::vector<KeyedTile> keyed_tiles;

 private:
  // A counting sort: what is equal in measure stays in its order.
  template <typename T>
  static std::vector<T> Sorted(const std::vector<T>& by_day) {
    std::vector<uint32_t> next;  // by measure: how many come before
    for (const T& tile : by_day) {
      if (next.size() <= tile.measure + size_t{1}) next.resize(tile.measure + size_t{2});
      ++next[tile.measure + size_t{1}];
    }
    for (size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
    std::vector<T> sorted(by_day.size());
    for (const T& tile : by_day) sorted[next[tile.measure]++] = tile;
    return sorted;
  }
};

}  // namespace ebb::feature_store
