#include "clients/cli/one_click/cell_error.h"

#include <fmt/format.h>

#include "clients/cli/one_click/unicode_text.h"

namespace ebb::one_click {
namespace {

constexpr size_t kShownBytes = 64;

}  // namespace

absl::Status CellError(const CellPlace& place, std::string_view rule) {
  return absl::InvalidArgumentError(fmt::format("{}, line {}, column \"{}\", value \"{}\": {}", Shown(place.file),
                                                place.line, Shown(place.column), Shown(place.value), rule));
}

absl::Status LineError(std::string_view file, int64_t line, std::string_view rule) {
  if (line == 0) return absl::InvalidArgumentError(fmt::format("{}: {}", Shown(file), rule));
  return absl::InvalidArgumentError(fmt::format("{}, line {}: {}", Shown(file), line, rule));
}

std::string Shown(std::string_view value) {
  std::string shown;
  while (!value.empty()) {
    const size_t length = Utf8Length(value);
    const std::string_view character = value.substr(0, length == 0 ? 1 : length);
    if (shown.size() + character.size() > kShownBytes) return shown + "…";
    if (length == 0 || IsControl(character)) {
      for (const char byte : character) shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    } else {
      shown += character;
    }
    value.remove_prefix(character.size());
  }
  return shown;
}

}  // namespace ebb::one_click
