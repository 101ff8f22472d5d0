#include "feature_store/imported_value.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace ebb::feature_store {

std::optional<double> ReadNumber(std::string_view decimal) {
  if (!ParseDecimal(decimal)) return {};
  if (decimal.front() == '+') decimal.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(decimal.data(), decimal.data() + decimal.size(), number);
  if (error != std::errc() || end != decimal.data() + decimal.size()) return {};
  return number;
}

std::optional<int64_t> ReadInteger(const CompiledFeature& feature, std::string_view decimal) {
  const std::optional<Decimal> number = ParseDecimal(decimal);
  return number ? feature.scale.ToInteger(*number) : std::nullopt;
}

ImportedFeature PlaceImport(const CompiledDeclarations& declarations, int feature, Stamp stamp) {
  const absl::Time as_of = absl::FromUnixMicros(stamp.order / 2);
  const Day as_of_day = declarations.calendar().DayOf(as_of);
  const Day day_before = declarations.calendar().DayOf(as_of - absl::Microseconds(1));
  const CompiledFeature& declared = declarations.features()[static_cast<size_t>(feature)];
  CompiledWindow window = declared.window;
  // A held value holds as long as the newest window of its length reaches back before the snapshot.
  if (declared.imported_as == ImportedAs::kHeld) window.offset = 0;
  const DayRange days = ShopCalendar::DaysOf(window, as_of_day);
  ImportedFeature imported;
  imported.feature = static_cast<uint16_t>(feature);
  imported.stamp = std::move(stamp);
  imported.anchor = std::max(days.begin, window.ReachesToday() ? day_before : days.end - 1);
  imported.covers = {days.begin, window.ReachesToday() ? as_of_day : days.end};
  return imported;
}

}  // namespace ebb::feature_store
