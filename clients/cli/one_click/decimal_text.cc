#include "clients/cli/one_click/decimal_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace ebb::one_click {
namespace {

constexpr size_t kMaxDigits = 18;  // what fits an int64 of minor units

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

absl::StatusOr<std::string> DecimalReader::Read(std::string_view text) {
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  const size_t at = rest.find_first_of(".,");
  std::string_view whole = rest.substr(0, at);
  std::string_view fraction = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  if (!AllDigits(whole) || (at != std::string_view::npos && !AllDigits(fraction))) {
    return absl::InvalidArgumentError("must be a decimal number such as 3293.1 (no exponent, no thousands separator)");
  }
  if (whole.size() + fraction.size() > kMaxDigits) return absl::InvalidArgumentError("must have at most 18 digits");
  if (at != std::string_view::npos) {
    if (mark_.has_value() && *mark_ != rest[at]) {
      return absl::InvalidArgumentError(
          fmt::format("has the decimal mark '{}' where the file used '{}' before: one mark a file", rest[at], *mark_));
    }
    mark_ = rest[at];
  }
  while (whole.size() > 1 && whole.front() == '0') whole.remove_prefix(1);
  while (fraction.ends_with('0')) fraction.remove_suffix(1);
  std::string canonical = negative && !(whole == "0" && fraction.empty()) ? "-" : "";
  canonical += whole;
  if (!fraction.empty()) canonical.append(".").append(fraction);
  return canonical;
}

double DecimalToDouble(std::string_view canonical) {
  double value = 0;
  std::from_chars(canonical.data(), canonical.data() + canonical.size(), value);
  return value;
}

size_t DecimalsOf(std::string_view canonical) {
  const size_t point = canonical.find('.');
  return point == std::string_view::npos ? 0 : canonical.size() - point - 1;
}

}  // namespace ebb::one_click
