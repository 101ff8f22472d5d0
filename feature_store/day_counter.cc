#include "feature_store/day_counter.h"

#include <algorithm>
#include <bit>
#include <span>

namespace ebb::feature_store {
namespace {

// Counts keep this many leading binary digits.
constexpr int kDigits = 4;

// Of the events' last value and of what snapshots say the newer counts.
std::optional<int64_t> Registration(const CustomerState& state, int measure, const ImportedFeature* imported) {
  const auto last = std::find_if(state.last_values().begin(), state.last_values().end(),
                                 [&](const LastValue& value) { return value.measure == measure; });
  const bool from_event = last != state.last_values().end();
  if (imported != nullptr && (!from_event || last->stamp < imported->stamp)) return imported->value;
  return from_event ? std::optional<int64_t>(last->value) : std::nullopt;
}

// A snapshot cannot undo what an event proves: the later day counts.
std::optional<int64_t> LastDay(std::span<const Tile> tiles, const ImportedFeature* imported) {
  std::optional<int64_t> last;
  if (!tiles.empty()) last = tiles.back().day;
  if (imported != nullptr) last = std::max(last.value_or(imported->value), imported->value);
  return last;
}

}  // namespace

bool CountsDays(const CompiledFeature& feature) {
  return feature.field == v1::TENURE_DAYS || feature.aggregation == v1::DAYS_SINCE_LAST;
}

std::optional<Day> CountedFrom(const CompiledDeclarations& declarations, const CustomerState& state,
                               const TilesByMeasure& by_measure, const CompiledFeature& feature, Day today) {
  // Features that count the same over the same window are one family: the newest snapshot of any of them counts, of one
  // snapshot the feature declared last.
  const ImportedFeature* imported = nullptr;
  for (const ImportedFeature& value : state.imported()) {
    if (declarations.features()[value.feature].family != feature.family) continue;
    if (imported == nullptr || imported->stamp <= value.stamp) imported = &value;
  }
  const std::optional<int64_t> from = feature.aggregation == v1::DAYS_SINCE_LAST
                                          ? LastDay(by_measure.tiles.Of(feature.measure), imported)
                                          : Registration(state, feature.measure, imported);
  if (!from) return std::nullopt;
  const auto day = static_cast<Day>(*from);
  if (feature.field != v1::TENURE_DAYS && day < ShopCalendar::DaysOf(feature.window, today).begin) return std::nullopt;
  return day;
}

int64_t CountOn(Day from, Day today) { return std::max<int64_t>(int64_t{today} - from, 0); }

int64_t StepOf(int64_t count) {
  const int width = std::bit_width(static_cast<uint64_t>(count));
  return width <= kDigits ? count : count >> (width - kDigits) << (width - kDigits);
}

Day NextStepOn(Day from, Day today) {
  const int64_t count = CountOn(from, today);
  const int width = std::bit_width(static_cast<uint64_t>(count));
  const int64_t step = width <= kDigits ? 1 : int64_t{1} << (width - kDigits);
  return static_cast<Day>(from + StepOf(count) + step);
}

}  // namespace ebb::feature_store
