#pragma once

#include <bit>
#include <functional>
#include <vector>

// The definition itself, over all subsets: what every other way of computing is held to.
namespace ebb::brute_force {

// `worth` of a set of players (bits).
inline std::vector<double> Shapley(size_t players, const std::function<double(uint32_t set)>& worth) {
  std::vector<double> worths(size_t{1} << players), factorials(players + 1, 1), values(players);
  for (size_t i = 1; i <= players; ++i) factorials[i] = factorials[i - 1] * static_cast<double>(i);
  for (uint32_t set = 0; set < worths.size(); ++set) worths[set] = worth(set);
  for (uint32_t set = 0; set < worths.size(); ++set) {
    const auto size = static_cast<size_t>(std::popcount(set));
    for (size_t f = 0; f < players; ++f) {
      if ((set >> f & 1) != 0) continue;
      const double weight = factorials[size] * factorials[players - size - 1] / factorials[players];
      values[f] += weight * (worths[set | (1u << f)] - worths[set]);
    }
  }
  return values;
}

}  // namespace ebb::brute_force
