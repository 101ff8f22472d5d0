#pragma once

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "trainer/fit/setting.h"

namespace ebb::trainer {

// The settings of a search, in the order of the grid file.
using Grid = std::vector<Setting>;

// From the text of a grid file (message ebb.v1.SearchGrid; trainer/default_grid.textproto is one).
// INVALID_ARGUMENT names line and column of what is not readable, or field, value and rule of what makes no sense.
absl::StatusOr<Grid> ParseGrid(std::string_view text);

}  // namespace ebb::trainer
