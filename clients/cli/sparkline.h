// A line of numbers as a picture of one line of text.
#pragma once

#include <optional>
#include <span>
#include <string>

namespace ebb {

// A block for each value, from `▁` for the least to `█` for the greatest, `▄` where all are equal; `·` for none.
std::string Sparkline(std::span<const std::optional<double>> values);

}  // namespace ebb
