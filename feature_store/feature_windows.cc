#include "feature_store/feature_windows.h"

namespace ebb::feature_store {

FeatureWindows::FeatureWindows(const CompiledDeclarations& declarations, absl::Time as_of)
    : as_of_us_(absl::ToUnixMicros(as_of)), today_(declarations.calendar().DayOf(as_of)) {
  features_.reserve(declarations.features().size());
  for (const CompiledFeature& feature : declarations.features()) {
    const auto first = static_cast<uint32_t>(periods_.size());
    if (feature.aggregation == v1::MEAN_OF_PERIODS) {
      for (int month = 0; month < feature.window.length; ++month) {
        periods_.push_back(ShopCalendar::MonthOf(feature.window, month, today_));
      }
    }
    features_.push_back(
        {ShopCalendar::DaysOf(feature.window, today_), first, static_cast<uint32_t>(periods_.size()) - first});
  }
}

}  // namespace ebb::feature_store
