#include "trainer/fit/histogram_tree.h"

#include <numeric>
#include <utility>
#include <vector>

#include "trainer/fit/bin_split.h"

namespace ebb::trainer {
namespace {

// A node's rows by bin: those of the first column, then those of the second, and so on.
using Histogram = std::vector<NodePart>;

// A node is a range of rows_, which a split parts in two.
class HistogramTreeGrower {
 public:
  HistogramTreeGrower(const BinnedColumns& columns, std::span<const uint8_t> labels, std::span<const double> weights,
                      const DecisionTreeSetting& setting)
      : columns_(columns), labels_(labels), weights_(weights), setting_(setting), rows_(columns.rows()) {
    std::iota(rows_.begin(), rows_.end(), 0);
    for (size_t c = 0; c < columns.columns(); ++c) all_bins_ += columns.bins(c);
  }

  DecisionTree Grow() && {
    GrowNode(0, rows_.size(), 0, setting_.max_depth > 0 ? Count(0, rows_.size()) : Histogram());
    return std::move(tree_);
  }

 private:
  // The histogram is not looked at in nodes of the greatest depth.
  int32_t GrowNode(size_t begin, size_t end, int depth, Histogram histogram) {
    const auto index = static_cast<int32_t>(tree_.nodes.size());
    const NodePart all = Sum(begin, end);
    tree_.nodes.push_back({.value = all.sums.positive / all.sums.all()});
    const auto least = static_cast<size_t>(setting_.min_leaf);
    const bool pure = all.sums.positive == 0 || all.sums.negative == 0;
    if (depth == setting_.max_depth || end - begin < 2 * least || pure) return index;
    const BinSplit split = FindSplit(histogram, all);
    if (!split.found) return index;
    const size_t middle =
        begin + PartitionByBin(columns_.Bins(split.column), split.bin, std::span(rows_).subspan(begin, end - begin));
    Histogram other;
    const bool left_is_smaller = middle - begin < end - middle;
    if (depth + 1 < setting_.max_depth) {
      other = left_is_smaller ? Count(begin, middle) : Count(middle, end);
      for (size_t i = 0; i < all_bins_; ++i) histogram[i] = histogram[i].Without(other[i]);
    }
    if (left_is_smaller) std::swap(histogram, other);
    const int32_t left = GrowNode(begin, middle, depth + 1, std::move(histogram));
    const int32_t right = GrowNode(middle, end, depth + 1, std::move(other));
    TreeNode& node = tree_.nodes[static_cast<size_t>(index)];
    node.left = left;
    node.right = right;
    node.column = static_cast<int32_t>(split.column);
    node.threshold = split.threshold;
    return index;
  }

  // Without a branch, which would be mispredicted for every other row.
  ClassSums SumsOf(uint32_t row) const {
    const double positive = labels_[row] * weights_[row];
    return {positive, weights_[row] - positive};
  }

  // Afresh and not from a histogram, so that a pure node has exactly nothing of the other class.
  NodePart Sum(size_t begin, size_t end) const {
    NodePart sum;
    for (size_t i = begin; i < end; ++i) sum.Add({SumsOf(rows_[i]), 1});
    return sum;
  }

  Histogram Count(size_t begin, size_t end) {
    in_order_.clear();
    for (size_t i = begin; i < end; ++i) in_order_.push_back(SumsOf(rows_[i]));
    Histogram histogram(all_bins_);
    NodePart* of_column = histogram.data();
    for (size_t c = 0; c < columns_.columns(); ++c) {
      const std::span<const uint16_t> bins = columns_.Bins(c);
      for (size_t i = begin; i < end; ++i) of_column[bins[rows_[i]]].Add({in_order_[i - begin], 1});
      of_column += columns_.bins(c);
    }
    return histogram;
  }

  BinSplit FindSplit(const Histogram& histogram, const NodePart& all) const {
    BinSplit best;
    const NodePart* of_column = histogram.data();
    for (size_t c = 0; c < columns_.columns(); ++c) {
      TryColumn(c, {of_column, columns_.bins(c)}, all, best);
      of_column += columns_.bins(c);
    }
    return best;
  }

  void TryColumn(size_t column, std::span<const NodePart> by_bin, const NodePart& all, BinSplit& best) const {
    NodePart left;
    size_t below = 0;  // the last bin that is not empty
    for (size_t bin = 0; bin < by_bin.size(); ++bin) {
      if (by_bin[bin].rows == 0) continue;
      if (left.rows > 0) {
        const double threshold = columns_.Between(column, below, bin);
        ConsiderSplit({.column = column, .bin = below, .threshold = threshold}, left, all, setting_.criterion,
                      setting_.min_leaf, best);
      }
      left.Add(by_bin[bin]);
      below = bin;
    }
  }

  const BinnedColumns& columns_;
  const std::span<const uint8_t> labels_;
  const std::span<const double> weights_;
  const DecisionTreeSetting& setting_;
  std::vector<uint32_t> rows_;
  size_t all_bins_ = 0;              // of all columns
  std::vector<ClassSums> in_order_;  // of the rows that are counted, read once for all columns
  DecisionTree tree_;
};

}  // namespace

DecisionTree GrowHistogramTree(const BinnedColumns& columns, std::span<const uint8_t> labels,
                               std::span<const double> row_weights, const DecisionTreeSetting& setting) {
  return HistogramTreeGrower(columns, labels, row_weights, setting).Grow();
}

}  // namespace ebb::trainer
