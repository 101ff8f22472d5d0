#include "clients/cli/sparkline.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ebb {

std::string Sparkline(std::span<const std::optional<double>> values) {
  static constexpr std::array<const char*, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::optional<double> least, greatest;
  for (const std::optional<double>& value : values) {
    if (!value.has_value()) continue;
    least = std::min(least.value_or(*value), *value);
    greatest = std::max(greatest.value_or(*value), *value);
  }
  std::string line;
  for (const std::optional<double>& value : values) {
    if (!value.has_value()) {
      line += "·";
    } else if (*greatest == *least) {
      line += kBlocks[3];
    } else {
      const double share = (*value - *least) / (*greatest - *least);
      line += kBlocks[static_cast<size_t>(std::lround(share * (kBlocks.size() - 1)))];
    }
  }
  return line;
}

}  // namespace ebb
