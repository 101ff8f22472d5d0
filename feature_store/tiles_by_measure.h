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
    places_.assign(measures, {});
    ForEachRun(by_day.begin(), by_day.end(),
               [&](auto begin, auto end) { places_[begin->measure].limit += static_cast<uint32_t>(end - begin); });
    uint32_t first = 0;
    for (Place& place : places_) {
      place.first = place.begin = place.end = first;
      first = place.limit += first;
    }
    sorted_.resize(by_day.size());
    ForEachRun(by_day.begin(), by_day.end(), [&](auto begin, auto end) { Append(begin, end); });
  }

  // Nothing of so many measures, to be grown by Update.
  void Clear(size_t measures) {
    places_.resize(measures);
    for (Place& place : places_) place.begin = place.end = place.first;
    newest_ = kFirstDay;
  }
  // As Assign, where only tiles of `changed_from` and later days are others than before, but for a measure that keeps
  // its newest day alone. Those that no window with a T on `today` or later reaches may be left out. Linear in what is
  // new, nearly always.
  void Update(const std::vector<Measure>& measures, const std::vector<T>& by_day, Day changed_from, Day today) {
    if (changed_from <= newest_) {
      for (Place& place : places_) {
        while (place.end > place.begin && sorted_[place.end - 1].day >= changed_from) --place.end;
      }
    }
    auto changed = by_day.end();
    while (changed != by_day.begin() && std::prev(changed)->day >= changed_from) --changed;
    if (changed != by_day.end()) newest_ = by_day.back().day;
    ForEachRun(changed, by_day.end(), [&](auto begin, auto end) {
      const Measure& measure = measures[begin->measure];
      Place& place = places_[begin->measure];
      if (measure.kind == MeasureKind::kNewestDay) place.end = place.begin;
      if (measure.reach != kLastDay) {
        while (place.begin < place.end && sorted_[place.begin].day < today - measure.reach) ++place.begin;
      }
      while (place.limit - place.end < end - begin) MakeRoom(begin->measure);
      Append(begin, end);
    });
  }

  // Those of a measure, none of measure -1; all, or those of some days. Borrowed until the next change.
  std::span<const T> Of(int measure) const {
    if (measure < 0) return {};
    const Place& place = places_[static_cast<size_t>(measure)];
    return {sorted_.data() + place.begin, sorted_.data() + place.end};
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
  // Where the tiles of a measure lie: in [begin, end) of the room [first, limit).
  struct Place {
    uint32_t first = 0, begin = 0, end = 0, limit = 0;
  };
  using Iterator = typename std::vector<T>::const_iterator;

  // Calls `take` for each stretch of the same measure: those of one day lie side by side.
  template <typename Take>
  static void ForEachRun(Iterator first, Iterator last, const Take& take) {
    for (Iterator begin = first; begin != last;) {
      Iterator end = begin + 1;
      while (end != last && end->measure == begin->measure) ++end;
      take(begin, end);
      begin = end;
    }
  }

  void Append(Iterator begin, Iterator end) {
    Place& place = places_[begin->measure];
    std::copy(begin, end, sorted_.begin() + place.end);
    place.end += static_cast<uint32_t>(end - begin);
  }

  // Twice as much, and a little, for one measure.
  void MakeRoom(size_t measure) {
    constexpr uint32_t kLeast = 8;
    std::vector<T> larger;
    for (size_t i = 0; i < places_.size(); ++i) {
      Place& place = places_[i];
      const auto first = static_cast<uint32_t>(larger.size());
      const uint32_t room = (place.limit - place.first) * (i == measure ? 2 : 1) + (i == measure ? kLeast : 0);
      larger.insert(larger.end(), sorted_.begin() + place.begin, sorted_.begin() + place.end);
      place = {first, first, static_cast<uint32_t>(larger.size()), first + room};
      larger.resize(place.limit);
    }
    sorted_ = std::move(larger);
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

  std::vector<Place> places_;  // of each measure
  std::vector<T> sorted_;
  Day newest_ = kFirstDay;  // of those that Update has appended
};

// A state's tiles as vectors look at them: a state keeps them by day, a window is one measure over many days. To be
// assigned, or cleared and updated, before it is asked; used again it uses its memory again. Not thread-safe.
struct TilesByMeasure {
  void Assign(const CompiledDeclarations& declarations, const CustomerState& state) {
    tiles.Assign(declarations.measures().size(), state.tiles());
    keyed_tiles.Assign(declarations.measures().size(), state.keyed_tiles());
  }
  void Clear(const CompiledDeclarations& declarations) {
    tiles.Clear(declarations.measures().size());
    keyed_tiles.Clear(declarations.measures().size());
  }
  // For a state that grows: `changed_from` is the first day that Fold has named since the last time.
  void Update(const CompiledDeclarations& declarations, const CustomerState& state, Day changed_from, Day today) {
    tiles.Update(declarations.measures(), state.tiles(), changed_from, today);
    keyed_tiles.Update(declarations.measures(), state.keyed_tiles(), changed_from, today);
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
