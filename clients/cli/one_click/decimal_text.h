// Decimal numbers as text: read exactly, written in one way, never rounded through a double.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace ebb::one_click {

// Reads the numbers of one file and finds out its decimal mark: the first that is seen, point or comma, must be the
// only one. Not for use by several threads at once.
class DecimalReader {
 public:
  // `1,50` gives `1.5`, `-0` gives `0`. INVALID_ARGUMENT, the message being the rule alone, for anything but an
  // optional sign, digits and at most one mark with digits after it (no exponent, no thousands separator, no NaN), and
  // for more than 18 digits.
  absl::StatusOr<std::string> Read(std::string_view text);

  // Nothing before a number with a mark was read.
  std::optional<char> mark() const { return mark_; }

 private:
  std::optional<char> mark_;
};

// The nearest double of a canonical decimal, for statistics only.
double DecimalToDouble(std::string_view canonical);

// Digits after the point of a canonical decimal; 0: it is whole.
size_t DecimalsOf(std::string_view canonical);

}  // namespace ebb::one_click
