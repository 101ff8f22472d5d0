#include <algorithm>

#include "feature_store/day_counter.h"
#include "feature_store/tiles_by_measure.h"
#include "feature_store/vector.h"

namespace ebb::feature_store {
namespace {

// The first day after `today` on which something that a feature looks at enters or leaves one of its windows. A
// window's edges only move on: of the days behind an edge the nearest is the next that it passes.
class NextChangeSearch {
 public:
  NextChangeSearch(const CompiledDeclarations& declarations, const CustomerState& state, Day today)
      : declarations_(declarations), state_(state), by_measure_(state), today_(today) {}

  Day Find() {
    for (const CompiledFeature& feature : declarations_.features()) {
      if (CountsDays(feature)) {
        ConsiderCount(feature);
        continue;
      }
      if (feature.aggregation == v1::MEAN_OF_PERIODS) {
        ConsiderMonths(feature);
      } else {
        ConsiderWindow(feature, feature.window);
      }
      ConsiderImports(feature);
    }
    return next_;
  }

 private:
  void Consider(Day day) {
    if (day > today_) next_ = std::min(next_, day);
  }

  void ConsiderCount(const CompiledFeature& feature) {
    const std::optional<Day> from = CountedFrom(declarations_, state_, feature, today_);
    if (!from) return;
    Consider(NextStepOn(*from, today_));
    Consider(ShopCalendar::LeavesOn(feature.window, *from));
  }

  void ConsiderMonths(const CompiledFeature& feature) {
    CompiledWindow month = feature.window;
    month.length = 1;
    for (int i = 0; i < feature.window.length; ++i) {
      month.offset = feature.window.offset * feature.window.length + i;
      ConsiderWindow(feature, month);
    }
  }

  void ConsiderWindow(const CompiledFeature& feature, const CompiledWindow& window) {
    const DayRange days = ShopCalendar::DaysOf(window, today_);
    for (const int measure : {feature.measure, feature.second_measure}) {
      if (const Day leaver = FirstTile(measure, days.begin); leaver != kLastDay) {
        Consider(ShopCalendar::LeavesOn(window, leaver));
      }
      if (const Day enterer = FirstTile(measure, days.end); enterer != kLastDay) {
        Consider(ShopCalendar::EntersOn(window, enterer));
      }
    }
  }

  void ConsiderImports(const CompiledFeature& feature) {
    CompiledWindow window = feature.window;
    if (feature.imported_as == ImportedAs::kHeld) window.offset = 0;
    const DayRange days = ShopCalendar::DaysOf(window, today_);
    for (const ImportedFeature& imported : state_.imported()) {
      if (declarations_.features()[imported.feature].family != feature.family) continue;
      if (imported.anchor >= days.begin) Consider(ShopCalendar::LeavesOn(window, imported.anchor));
      if (imported.anchor >= days.end) Consider(ShopCalendar::EntersOn(window, imported.anchor));
    }
  }

  // The first day at or after `day` with a tile of the measure; kLastDay where there is none.
  Day FirstTile(int measure, Day day) const {
    return std::min({FirstIn(by_measure_.tiles, measure, day), FirstIn(by_measure_.keyed_tiles, measure, day),
                     FirstIn(state_.last_values(), measure, day)});
  }

  template <typename T>
  static Day FirstIn(const std::vector<T>& tiles, int measure, Day day) {
    const auto first = std::lower_bound(
        tiles.begin(), tiles.end(), std::pair(measure, day), [](const T& tile, const std::pair<int, Day>& key) {
          return tile.measure < key.first || (tile.measure == key.first && tile.day < key.second);
        });
    return first != tiles.end() && first->measure == measure ? first->day : kLastDay;
  }

  const CompiledDeclarations& declarations_;
  const CustomerState& state_;
  const TilesByMeasure by_measure_;
  const Day today_;
  Day next_ = kLastDay;
};

}  // namespace

absl::Time NextChange(const CompiledDeclarations& declarations, const CustomerState& state, absl::Time as_of) {
  const Day today = declarations.calendar().DayOf(as_of);
  const Day next = NextChangeSearch(declarations, state, today).Find();
  return next == kLastDay ? absl::InfiniteFuture() : declarations.calendar().StartOf(next);
}

}  // namespace ebb::feature_store
