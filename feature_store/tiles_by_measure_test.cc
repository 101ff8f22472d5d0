#include "feature_store/tiles_by_measure.h"

#include <algorithm>
#include <random>
#include <tuple>

#include "gtest/gtest.h"
#include "tests/support/seed.h"

namespace ebb::feature_store {
namespace {

constexpr Day kReach = 20;

std::vector<Measure> SomeMeasures() {
  std::vector<Measure> measures(5);
  measures[0].reach = measures[1].reach = measures[2].reach = kReach;
  measures[3].reach = kLastDay;
  measures[4].kind = MeasureKind::kNewestDay;
  measures[4].reach = kLastDay;
  return measures;
}

// As CustomerState keeps them: by day, then measure; a newest day is its measure's only tile.
void Add(const std::vector<Measure>& measures, Day day, uint16_t measure, int64_t value, std::vector<Tile>* by_day) {
  const auto same = [&](const Tile& tile) { return tile.measure == measure; };
  if (measures[measure].kind == MeasureKind::kNewestDay) {
    const auto known = std::find_if(by_day->begin(), by_day->end(), same);
    if (known != by_day->end() && known->day >= day) return;
    if (known != by_day->end()) by_day->erase(known);
  }
  const auto at =
      std::lower_bound(by_day->begin(), by_day->end(), std::tuple(day, measure),
                       [](const Tile& tile, const auto& key) { return std::tuple(tile.day, tile.measure) < key; });
  if (at != by_day->end() && at->day == day && at->measure == measure) {
    at->value += value;
  } else {
    by_day->insert(at, {value, day, measure});
  }
}

// Customers one after the other in the same memory, whose tiles grow from date to date, some of them late.
TEST(SortedByMeasure, UpdatedFromDateToDateItIsWhatAssignMakes) {
  const uint64_t seed = ebb::testing::SeedOfTheRun();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const std::vector<Measure> measures = SomeMeasures();
  SortedByMeasure<Tile> updated;
  for (int customer = 0; customer < 200; ++customer) {
    std::vector<Tile> by_day;
    updated.Clear(measures.size());
    for (Day today = 100; today < 200; today += 1 + static_cast<Day>(random() % 15)) {
      Day changed_from = kLastDay;
      for (uint64_t events = random() % 40; events > 0; --events) {
        const Day day = today - static_cast<Day>(random() % 8 == 0 ? random() % 60 : random() % 3);
        Add(measures, day, static_cast<uint16_t>(random() % measures.size()), static_cast<int64_t>(random() % 9),
            &by_day);
        changed_from = std::min(changed_from, day);
      }
      updated.Update(measures, by_day, changed_from, today);
      SortedByMeasure<Tile> assigned;
      assigned.Assign(measures.size(), by_day);
      for (int measure = 0; measure < static_cast<int>(measures.size()); ++measure) {
        const Day reach = measures[static_cast<size_t>(measure)].reach;
        const DayRange seen{reach == kLastDay ? kFirstDay : today - reach, today + 1};
        const auto got = updated.In(measure, seen), want = assigned.In(measure, seen);
        ASSERT_TRUE(std::equal(got.begin(), got.end(), want.begin(), want.end()))
            << "customer " << customer << ", day " << today << ", measure " << measure << ": " << got.size() << " and "
            << want.size() << " tiles";
      }
    }
  }
}

}  // namespace
}  // namespace ebb::feature_store
