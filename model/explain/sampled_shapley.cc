#include "model/explain/sampled_shapley.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

namespace ebb {
namespace {

constexpr size_t kLeastPairs = 100;
constexpr uint64_t kSeed = 0x656262'73686170;  // "ebb", "shap"

// SplitMix64 (Steele, Lea and Flood 2014).
uint64_t NextRandom(uint64_t& state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// Fisher and Yates's shuffle; the remainder's bias is below players / 2^64.
std::vector<uint32_t> OrderOfPair(size_t pair, size_t players) {
  uint64_t state = kSeed + pair;
  state = NextRandom(state);  // far apart for neighbouring pairs
  std::vector<uint32_t> order(players);
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = players; i > 1; --i) std::swap(order[i - 1], order[NextRandom(state) % i]);
  return order;
}

}  // namespace

void SampleShapley(const SampledGame& game, std::span<double> contributions, std::span<double> standard_errors) {
  const size_t pairs = (kLeastPairs + game.background_rows - 1) / game.background_rows * game.background_rows;
  std::vector<double> sums(game.players), squares(game.players), moves(game.players), worths(game.players + 1);
  for (size_t pair = 0; pair < pairs; ++pair) {
    std::vector<uint32_t> order = OrderOfPair(pair, game.players);
    std::fill(moves.begin(), moves.end(), 0);
    for (int turn = 0; turn < 2; ++turn) {
      game.walk(order, pair % game.background_rows, worths);
      for (size_t i = 0; i < order.size(); ++i) moves[order[i]] += 0.5 * (worths[i + 1] - worths[i]);
      std::reverse(order.begin(), order.end());
    }
    for (size_t f = 0; f < game.players; ++f) {
      sums[f] += moves[f];
      squares[f] += moves[f] * moves[f];
    }
  }
  const auto count = static_cast<double>(pairs);
  for (size_t f = 0; f < game.players; ++f) {
    const double mean = sums[f] / count;
    contributions[f] += mean;
    standard_errors[f] = std::sqrt(std::max(0.0, squares[f] / count - mean * mean) / (count - 1));
  }
}

}  // namespace ebb
