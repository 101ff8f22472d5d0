#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "feature_store/compiled_declarations.h"

namespace ebb::feature_store {

// A T and the days that each feature's window covers for it: the same for every customer, so whoever computes many
// vectors as of one T asks the calendar once. Thread-safe (immutable).
class FeatureWindows {
 public:
  FeatureWindows(const CompiledDeclarations& declarations, absl::Time as_of);

  int64_t as_of_us() const { return as_of_us_; }
  Day today() const { return today_; }
  const DayRange& Days(size_t feature) const { return features_[feature].days; }
  // The months of a MEAN_OF_PERIODS, the newest first; of other features none.
  std::span<const DayRange> Periods(size_t feature) const {
    return {periods_.data() + features_[feature].first_period, features_[feature].periods};
  }

 private:
  struct Window {
    DayRange days;
    uint32_t first_period;
    uint32_t periods;
  };
  int64_t as_of_us_;
  Day today_;
  absl::InlinedVector<Window, 40> features_;  // no allocation for what the default file declares
  absl::InlinedVector<DayRange, 12> periods_;
};

}  // namespace ebb::feature_store
