#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "trainer/fit/setting.h"

namespace ebb::trainer {

// The settings of a search, in the order of the grid file.
using Grid = std::vector<Setting>;

// Where a random search draws a number from.
struct NumberRange {
  double low = 0;
  double high = 0;
  bool log = false;    // evenly in the logarithm; low is above 0
  bool whole = false;  // rounded
};

// One parameter and what it may be. Names stand as their number in Setting's enums.
struct Dimension {
  std::string field;                 // of the file, such as `logistic_regression.c`
  std::vector<double> values;        // its list, or the default of an empty one; empty: there is neither
  std::optional<NumberRange> range;  // where there is one, random searches draw from it and not from `values`
  std::function<void(Setting&, double)> place;  // puts a value into the setting
};

// One message of the grid file: a setting and the parameters that vary.
struct SettingSpace {
  Setting base;
  std::vector<Dimension> dimensions;
};

using SearchSpace = std::vector<SettingSpace>;

// Every combination of the lists, the first dimension slowest. INVALID_ARGUMENT names a field that has a range only.
absl::StatusOr<Grid> GridOf(const SearchSpace& space);

}  // namespace ebb::trainer
