#include <algorithm>
#include <span>

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
      : declarations_(declarations), state_(state), today_(today) {
    by_measure_.Assign(declarations, state);
  }

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
    const std::optional<Day> from = CountedFrom(declarations_, state_, by_measure_, feature, today_);
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
    return std::min({FirstOf(by_measure_.tiles.In(measure, {day, kLastDay})),
                     FirstOf(by_measure_.keyed_tiles.In(measure, {day, kLastDay})),
                     FirstOf(LastValuesIn(state_, measure, {day, kLastDay}))});
  }

  template <typename T>
  static Day FirstOf(std::span<const T> of_measure) {
    return of_measure.empty() ? kLastDay : of_measure.front().day;
  }

  const CompiledDeclarations& declarations_;
  const CustomerState& state_;
  TilesByMeasure by_measure_;
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
