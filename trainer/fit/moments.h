#pragma once

#include <span>

namespace ebb::trainer {

struct Moments {
  double mean = 0;
  double deviation = 0;  // standard, of the population
};

// Of values that are not empty, summed in their order.
Moments MomentsOf(std::span<const double> values);

}  // namespace ebb::trainer
