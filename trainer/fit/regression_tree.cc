#include "trainer/fit/regression_tree.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace ebb::trainer {
namespace {

struct RegressionSplit {
  bool found = false;
  size_t column = 0;
  size_t bin = 0;  // it and those below go left
  double threshold = 0;
  double gain = 0;
};

// What of a node lies on one side of a split, or in one bin.
struct Side {
  double sum = 0;  // of the targets
  uint32_t rows = 0;
};

// A node is a range of rows_, which a split parts in two.
class Grower {
 public:
  Grower(const BinnedColumns& columns, std::span<const double> targets, const RegressionTreeSetting& setting,
         RandomStream random)
      : columns_(columns), targets_(targets), setting_(setting), random_(random), rows_(targets.size()) {
    std::iota(rows_.begin(), rows_.end(), 0);
    tree_.leaf_of_row.resize(rows_.size());
  }

  RegressionTree Grow() && {
    GrowNode(0, rows_.size(), 0);
    return std::move(tree_);
  }

 private:
  int32_t GrowNode(size_t begin, size_t end, int depth) {
    const auto index = static_cast<int32_t>(tree_.nodes.size());
    Side all;
    double least = targets_[rows_[begin]], greatest = least;
    for (size_t i = begin; i < end; ++i) {
      const double target = targets_[rows_[i]];
      least = std::min(least, target);
      greatest = std::max(greatest, target);
      Count(rows_[i], all);
    }
    // Rounding must not carry the mean of equal numbers away from them.
    const double mean = std::clamp(all.sum / all.rows, least, greatest);
    tree_.nodes.push_back({.value = mean});
    RegressionSplit split;
    const bool deepest = setting_.max_depth > 0 && depth == setting_.max_depth;
    if (!deepest && end - begin >= 2 * static_cast<size_t>(setting_.min_leaf) && least < greatest) {
      split = FindSplit(begin, end, all);
    }
    if (!split.found) {
      for (size_t i = begin; i < end; ++i) tree_.leaf_of_row[rows_[i]] = static_cast<uint32_t>(index);
      return index;
    }
    const size_t middle =
        begin + PartitionByBin(columns_.Bins(split.column), split.bin, std::span(rows_).subspan(begin, end - begin));
    const int32_t left = GrowNode(begin, middle, depth + 1), right = GrowNode(middle, end, depth + 1);
    tree_.nodes[static_cast<size_t>(index)] = {.left = left,
                                               .right = right,
                                               .column = static_cast<int32_t>(split.column),
                                               .threshold = split.threshold,
                                               .value = 0};
    return index;
  }

  void Count(uint32_t row, Side& side) const {
    side.sum += targets_[row];
    ++side.rows;
  }

  RegressionSplit FindSplit(size_t begin, size_t end, const Side& all) {
    RegressionSplit best;
    for (size_t column = 0; column < columns_.columns(); ++column) {
      if (setting_.random_thresholds) {
        TryThreshold(column, begin, end, all, best);
      } else {
        TryAllThresholds(column, begin, end, all, best);
      }
    }
    return best;
  }

  void TryThreshold(size_t column, size_t begin, size_t end, const Side& all, RegressionSplit& best) {
    const std::span<const uint16_t> bins = columns_.Bins(column);
    uint16_t least = std::numeric_limits<uint16_t>::max(), greatest = 0;
    for (size_t i = begin; i < end; ++i) {
      least = std::min(least, bins[rows_[i]]);
      greatest = std::max(greatest, bins[rows_[i]]);
    }
    if (least == greatest) return;
    const double low = columns_.Least(column, least), high = columns_.Greatest(column, greatest);
    const BinnedColumns::Cut cut = columns_.CutAt(column, least, greatest, low + random_.Share() * (high - low));
    Side left;
    for (size_t i = begin; i < end; ++i) {
      if (bins[rows_[i]] <= cut.bin) Count(rows_[i], left);
    }
    Consider({.column = column, .bin = cut.bin, .threshold = cut.threshold}, left, all, best);
  }

  void TryAllThresholds(size_t column, size_t begin, size_t end, const Side& all, RegressionSplit& best) {
    const std::span<const uint16_t> bins = columns_.Bins(column);
    by_bin_.assign(columns_.bins(column), {});
    for (size_t i = begin; i < end; ++i) Count(rows_[i], by_bin_[bins[rows_[i]]]);
    Side left;
    size_t below = 0;  // the last bin that is not empty
    for (size_t bin = 0; bin < by_bin_.size(); ++bin) {
      if (by_bin_[bin].rows == 0) continue;
      if (left.rows > 0) {
        RegressionSplit split{.column = column, .bin = below};
        if (Consider(split, left, all, best)) best.threshold = columns_.Between(column, below, bin);
      }
      left.sum += by_bin_[bin].sum;
      left.rows += by_bin_[bin].rows;
      below = bin;
    }
  }

  // By how much less the squared error is, up to what is the same for all splits of a node. Whether it is the best.
  bool Consider(RegressionSplit split, const Side& left, const Side& all, RegressionSplit& best) const {
    const Side right{all.sum - left.sum, all.rows - left.rows};
    const auto least = static_cast<uint32_t>(setting_.min_leaf);
    if (left.rows < least || right.rows < least) return false;
    const double left_rows = left.rows, right_rows = right.rows;
    const double apart = left.sum * right_rows - right.sum * left_rows;
    split.gain = apart * apart / (left_rows * right_rows);
    split.found = split.gain > best.gain;
    if (split.found) best = split;
    return split.found;
  }

  const BinnedColumns& columns_;
  const std::span<const double> targets_;
  const RegressionTreeSetting setting_;
  RandomStream random_;
  std::vector<uint32_t> rows_;
  std::vector<Side> by_bin_;  // of the column in hand
  RegressionTree tree_;
};

}  // namespace

RegressionTree GrowRegressionTree(const BinnedColumns& columns, std::span<const double> targets,
                                  const RegressionTreeSetting& setting, RandomStream random) {
  return Grower(columns, targets, setting, random).Grow();
}

}  // namespace ebb::trainer
