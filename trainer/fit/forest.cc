#include "trainer/fit/forest.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "trainer/fit/bin_split.h"
#include "trainer/fit/binned_columns.h"
#include "trainer/fit/random_stream.h"
#include "trainer/parallel_for.h"

namespace ebb::trainer {
namespace {

struct Table {
  BinnedColumns columns;
  std::span<const uint8_t> labels;
  std::span<const double> weights;
};

// Grows one tree. A node is a range of rows_, which a split parts in two.
class TreeGrower {
 public:
  TreeGrower(const Table& table, const ForestSetting& setting, ForestKind kind, RandomStream random)
      : table_(table), setting_(setting), kind_(kind), random_(random), drawn_(table.columns.columns()) {
    std::iota(drawn_.begin(), drawn_.end(), 0);
    const size_t columns = drawn_.size();
    choices_ = setting.max_features == MaxFeatures::kAll
                   ? columns
                   : std::max<size_t>(1, static_cast<size_t>(std::sqrt(static_cast<double>(columns))));
    Sample();
  }

  std::vector<TreeNode> Grow() && {
    GrowNode(0, rows_.size(), 0);
    return std::move(nodes_);
  }

 private:
  void Sample() {
    const auto count = static_cast<uint32_t>(table_.labels.size());
    weights_.assign(table_.weights.begin(), table_.weights.end());
    rows_.resize(count);
    std::iota(rows_.begin(), rows_.end(), 0);
    if (!kind_.bootstrap) return;
    std::vector<uint32_t> times(count);
    for (uint32_t i = 0; i < count; ++i) ++times[random_.Below(count)];
    for (uint32_t row = 0; row < count; ++row) weights_[row] *= times[row];
    std::erase_if(rows_, [&](uint32_t row) { return times[row] == 0; });
  }

  int32_t GrowNode(size_t begin, size_t end, int depth) {
    const auto index = static_cast<int32_t>(nodes_.size());
    NodePart all;
    for (size_t i = begin; i < end; ++i) Count(rows_[i], all);
    nodes_.push_back({.value = all.sums.positive / all.sums.all()});
    const auto least = static_cast<size_t>(setting_.min_leaf);
    const bool deepest = setting_.max_depth > 0 && depth == setting_.max_depth;
    if (deepest || end - begin < 2 * least || all.sums.positive == 0 || all.sums.negative == 0) return index;
    const BinSplit split = FindSplit(begin, end, all);
    if (!split.found) return index;
    const size_t middle = begin + PartitionByBin(table_.columns.Bins(split.column), split.bin,
                                                 std::span(rows_).subspan(begin, end - begin));
    const int32_t left = GrowNode(begin, middle, depth + 1);
    const int32_t right = GrowNode(middle, end, depth + 1);
    TreeNode& node = nodes_[index];
    node = {.left = left,
            .right = right,
            .column = static_cast<int32_t>(split.column),
            .threshold = split.threshold,
            .value = 0};
    return index;
  }

  void Count(uint32_t row, NodePart& side) const {
    (table_.labels[row] != 0 ? side.sums.positive : side.sums.negative) += weights_[row];
    ++side.rows;
  }

  BinSplit FindSplit(size_t begin, size_t end, const NodePart& all) {
    BinSplit best;
    size_t varied = 0;
    for (size_t i = 0; i < drawn_.size() && (varied < choices_ || !best.found); ++i) {
      std::swap(drawn_[i], drawn_[i + random_.Below(static_cast<uint32_t>(drawn_.size() - i))]);
      const bool varies = kind_.random_thresholds ? TryThreshold(drawn_[i], begin, end, all, best)
                                                  : TryAllThresholds(drawn_[i], begin, end, all, best);
      if (varies) ++varied;
    }
    return best;
  }

  // These two answer whether the column varies within the node.
  bool TryThreshold(size_t column, size_t begin, size_t end, const NodePart& all, BinSplit& best) {
    const BinnedColumns& columns = table_.columns;
    const std::span<const uint16_t> bins = columns.Bins(column);
    uint16_t least = std::numeric_limits<uint16_t>::max(), greatest = 0;
    for (size_t i = begin; i < end; ++i) {
      least = std::min(least, bins[rows_[i]]);
      greatest = std::max(greatest, bins[rows_[i]]);
    }
    if (least == greatest) return false;
    const double low = columns.Least(column, least), high = columns.Greatest(column, greatest);
    const BinnedColumns::Cut cut = columns.CutAt(column, least, greatest, low + random_.Share() * (high - low));
    NodePart left;
    for (size_t i = begin; i < end; ++i) {
      if (bins[rows_[i]] <= cut.bin) Count(rows_[i], left);
    }
    Consider({.column = column, .bin = cut.bin, .threshold = cut.threshold}, left, all, best);
    return true;
  }

  bool TryAllThresholds(size_t column, size_t begin, size_t end, const NodePart& all, BinSplit& best) {
    CountBins(column, begin, end);
    NodePart left;
    for (size_t i = 0; i + 1 < counted_.size(); ++i) {
      left.Add(counted_[i].side);
      const size_t here = counted_[i].bin;
      BinSplit split{.column = column, .bin = here};
      split.threshold = table_.columns.Between(column, here, counted_[i + 1].bin);
      Consider(split, left, all, best);
    }
    return counted_.size() > 1;
  }

  // The node's rows by bin, ascending, empty ones left out.
  void CountBins(size_t column, size_t begin, size_t end) {
    constexpr size_t kWorthATable = 4;  // of all bins, so that most are not empty
    const std::span<const uint16_t> bins = table_.columns.Bins(column);
    const size_t rows = end - begin, all_bins = table_.columns.bins(column);
    counted_.clear();
    if (rows * kWorthATable >= all_bins) {
      by_bin_.assign(all_bins, {});
      for (size_t i = begin; i < end; ++i) Count(rows_[i], by_bin_[bins[rows_[i]]]);
      for (size_t bin = 0; bin < all_bins; ++bin) {
        if (by_bin_[bin].rows > 0) counted_.push_back({bin, by_bin_[bin]});
      }
      return;
    }
    sorted_.clear();
    for (size_t i = begin; i < end; ++i) sorted_.emplace_back(bins[rows_[i]], rows_[i]);
    std::sort(sorted_.begin(), sorted_.end());
    for (const auto& [bin, row] : sorted_) {
      if (counted_.empty() || counted_.back().bin != bin) counted_.push_back({bin, {}});
      Count(row, counted_.back().side);
    }
  }

  void Consider(const BinSplit& split, const NodePart& left, const NodePart& all, BinSplit& best) const {
    ConsiderSplit(split, left, all, setting_.criterion, setting_.min_leaf, best);
  }

  struct CountedBin {
    size_t bin;
    NodePart side;
  };

  const Table& table_;
  const ForestSetting& setting_;
  const ForestKind kind_;
  RandomStream random_;
  std::vector<size_t> drawn_;  // columns, those drawn last in front
  size_t choices_ = 1;
  std::vector<double> weights_;  // by row of the table
  std::vector<uint32_t> rows_;
  std::vector<TreeNode> nodes_;
  std::vector<NodePart> by_bin_;  // these three: of the column in hand
  std::vector<CountedBin> counted_;
  std::vector<std::pair<uint16_t, uint32_t>> sorted_;
};

}  // namespace

TreeEnsemble GrowForest(const RowMatrix& rows, std::span<const uint8_t> labels, std::span<const double> row_weights,
                        const ForestSetting& setting, ForestKind kind, uint64_t seed, int threads) {
  const Table table{BinnedColumns(rows), labels, row_weights};
  std::vector<std::vector<TreeNode>> trees(static_cast<size_t>(setting.trees));
  ParallelFor(trees.size(), threads,
              [&](size_t tree) { trees[tree] = TreeGrower(table, setting, kind, RandomStream(seed, tree)).Grow(); });
  TreeEnsemble forest;
  size_t nodes = 0;
  for (const std::vector<TreeNode>& tree : trees) nodes += tree.size();
  forest.nodes.reserve(nodes);  // growing step by step would take as much again
  for (std::vector<TreeNode>& tree : trees) forest.Add(std::exchange(tree, {}));
  return forest;
}

}  // namespace ebb::trainer
