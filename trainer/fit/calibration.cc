#include "trainer/fit/calibration.h"

#include <algorithm>
#include <vector>

#include "trainer/fit/moments.h"

namespace ebb::trainer {
namespace {

// Rows that share one level of the isotonic regression.
struct Block {
  double scores = 0;  // sum
  uint64_t positives = 0;
  uint64_t rows = 0;

  // Whether this level is not below that of the block after it: then the two must become one. In integers, so exact.
  bool ReachesUpTo(const Block& next) const { return positives * next.rows >= next.positives * rows; }
  double MeanScore() const { return scores / static_cast<double>(rows); }
};

// Pools adjacent violators, from the lowest score up. Equal scores are one block to begin with.
std::vector<Block> IsotonicBlocks(std::span<const double> scores, std::span<const uint8_t> labels) {
  std::vector<std::pair<double, uint8_t>> order(scores.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = {scores[i], labels[i]};
  std::sort(order.begin(), order.end());
  std::vector<Block> blocks;
  for (size_t begin = 0; begin < order.size();) {
    Block block;
    const double score = order[begin].first;
    for (; begin < order.size() && order[begin].first == score; ++begin) {
      block.scores += score;
      block.positives += order[begin].second;
      ++block.rows;
    }
    while (!blocks.empty() && blocks.back().ReachesUpTo(block)) {
      block.scores += blocks.back().scores;
      block.positives += blocks.back().positives;
      block.rows += blocks.back().rows;
      blocks.pop_back();
    }
    blocks.push_back(block);
  }
  return blocks;
}

}  // namespace

Calibration FitCalibration(std::span<const double> scores, std::span<const uint8_t> labels) {
  Calibration calibration;
  const double margin = 0.5 / static_cast<double>(scores.size() + 1);
  for (const Block& block : IsotonicBlocks(scores, labels)) {
    const double share = static_cast<double>(block.positives) / static_cast<double>(block.rows);
    const Calibration::Knot knot{.score = block.MeanScore(), .probability = std::clamp(share, margin, 1 - margin)};
    // Means of neighbouring blocks can round to the same score only when the scores differ by their last digit.
    if (calibration.knots.empty() || knot.score > calibration.knots.back().score) calibration.knots.push_back(knot);
  }
  const double spread = MomentsOf(scores).deviation;
  calibration.tail_scale = spread > 0 ? spread : 1;
  return calibration;
}

}  // namespace ebb::trainer
