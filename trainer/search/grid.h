#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "trainer/search/search_space.h"

namespace ebb::trainer {

// From the text of a grid file (message ebb.v1.SearchGrid; trainer/default_grid.textproto is one).
// INVALID_ARGUMENT names line and column of what is not readable, or field, value and rule of what makes no sense.
absl::StatusOr<SearchSpace> ParseSearchSpace(std::string_view text);

// The same, and every combination of its lists.
absl::StatusOr<Grid> ParseGrid(std::string_view text);

}  // namespace ebb::trainer
