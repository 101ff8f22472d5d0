#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/fit/setting.h"

namespace ebb::trainer {

// One weight a row. Both classes must be there.
std::vector<double> RowWeights(std::span<const uint8_t> labels, ClassWeight weight);

}  // namespace ebb::trainer
