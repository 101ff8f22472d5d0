// How a bad cell is named: file, line, column, value and the rule it breaks, always in the same words.
//
// Pure functions; safe from any thread. All errors are INVALID_ARGUMENT.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace ebb::one_click {

// Where a cell stands. `line` counts from 1, the header being line 1.
struct CellPlace {
  std::string_view file;
  int64_t line = 0;
  std::string_view column;
  std::string_view value;
};

// Such as: market_file.csv, line 17, column "Тип сервиса", value "золото": must be standard or premium
absl::Status CellError(const CellPlace& place, std::string_view rule);

// For what is wrong with a whole line (or, with line 0, a whole file).
absl::Status LineError(std::string_view file, int64_t line, std::string_view rule);

// A value as it may stand in a message: at most 64 bytes, control characters and bytes that are not UTF-8 escaped, so
// that a hostile file cannot write to the terminal.
std::string Shown(std::string_view value);

}  // namespace ebb::one_click
