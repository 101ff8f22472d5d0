#include "trainer/fit/decision_tree.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "trainer/fit/histogram_tree.h"
#include "trainer/fit/impurity.h"

namespace ebb::trainer {
namespace {

struct ExactSplit {
  bool found = false;
  size_t column = 0;
  double threshold = 0;
  double impurity = std::numeric_limits<double>::infinity();
};

// Every column keeps its own order of the rows by value. A node is a range that is the same in all of them, so
// splitting it is a stable partition of that range in each column and nothing is sorted again.
class Grower {
 public:
  Grower(const RowMatrix& rows, std::span<const uint8_t> labels, std::span<const double> weights,
         const DecisionTreeSetting& setting)
      : columns_(rows), labels_(labels), weights_(weights), setting_(setting), goes_left_(rows.rows()) {
    order_.resize(rows.columns());
    for (size_t c = 0; c < rows.columns(); ++c) {
      order_[c].resize(rows.rows());
      std::iota(order_[c].begin(), order_[c].end(), 0);
      const auto values = columns_.Column(c);
      std::sort(order_[c].begin(), order_[c].end(),
                [&](uint32_t a, uint32_t b) { return values[a] != values[b] ? values[a] < values[b] : a < b; });
    }
  }

  DecisionTree Grow() && {
    GrowNode(0, columns_.rows(), 0);
    return std::move(tree_);
  }

 private:
  int32_t GrowNode(size_t begin, size_t end, int depth) {
    const auto index = static_cast<int32_t>(tree_.nodes.size());
    const ClassSums sums = Sums(begin, end);
    tree_.nodes.push_back({.value = sums.positive / sums.all()});
    const auto least = static_cast<size_t>(setting_.min_leaf);
    if (depth == setting_.max_depth || end - begin < 2 * least || sums.positive == 0 || sums.negative == 0)
      return index;
    ExactSplit best;
    for (size_t c = 0; c < columns_.columns(); ++c) TryColumn(c, begin, end, sums, best);
    if (!best.found) return index;
    const size_t middle = Partition(best, begin, end);
    const int32_t left = GrowNode(begin, middle, depth + 1);
    const int32_t right = GrowNode(middle, end, depth + 1);
    TreeNode& node = tree_.nodes[index];
    node.left = left;
    node.right = right;
    node.column = static_cast<int32_t>(best.column);
    node.threshold = best.threshold;
    return index;
  }

  ClassSums Sums(size_t begin, size_t end) const {
    ClassSums sums;
    for (size_t i = begin; i < end; ++i) Add(order_[0][i], sums);
    return sums;
  }

  void Add(uint32_t row, ClassSums& sums) const {
    (labels_[row] != 0 ? sums.positive : sums.negative) += weights_[row];
  }

  void TryColumn(size_t column, size_t begin, size_t end, const ClassSums& all, ExactSplit& best) const {
    const auto values = columns_.Column(column);
    const std::vector<uint32_t>& order = order_[column];
    if (values[order[begin]] == values[order[end - 1]]) return;
    const auto least = static_cast<size_t>(setting_.min_leaf);
    ClassSums left;
    for (size_t i = begin; i + least < end; ++i) {
      Add(order[i], left);
      const double here = values[order[i]], next = values[order[i + 1]];
      if (i + 1 - begin < least || !(here < next)) continue;
      const ClassSums right{all.positive - left.positive, all.negative - left.negative};
      const double impurity = WeightedImpurity(setting_.criterion, left) + WeightedImpurity(setting_.criterion, right);
      if (!(impurity < best.impurity)) continue;
      const double middle = here / 2 + next / 2;
      best = {.found = true, .column = column, .threshold = middle < next ? middle : here, .impurity = impurity};
    }
  }

  // Returns where the right part begins.
  size_t Partition(const ExactSplit& split, size_t begin, size_t end) {
    const auto values = columns_.Column(split.column);
    for (size_t i = begin; i < end; ++i) goes_left_[order_[0][i]] = values[order_[0][i]] <= split.threshold;
    size_t middle = begin;
    for (std::vector<uint32_t>& order : order_) {
      right_.clear();
      size_t left = begin;
      for (size_t i = begin; i < end; ++i) {
        if (goes_left_[order[i]] != 0) {
          order[left++] = order[i];
        } else {
          right_.push_back(order[i]);
        }
      }
      std::copy(right_.begin(), right_.end(), order.begin() + static_cast<ptrdiff_t>(left));
      middle = left;
    }
    return middle;
  }

  const ColumnMatrix columns_;
  const std::span<const uint8_t> labels_;
  const std::span<const double> weights_;
  const DecisionTreeSetting& setting_;
  std::vector<std::vector<uint32_t>> order_;  // by column
  std::vector<uint8_t> goes_left_;            // by row
  std::vector<uint32_t> right_;
  DecisionTree tree_;
};

int32_t CopyDownTo(const DecisionTree& from, int32_t index, int levels, DecisionTree& to) {
  const auto copy = static_cast<int32_t>(to.nodes.size());
  to.nodes.push_back({.value = from.nodes[index].value});
  if (levels == 0 || from.nodes[index].left < 0) return copy;
  const int32_t left = CopyDownTo(from, from.nodes[index].left, levels - 1, to);
  const int32_t right = CopyDownTo(from, from.nodes[index].right, levels - 1, to);
  to.nodes[copy] = from.nodes[index];
  to.nodes[copy].left = left;
  to.nodes[copy].right = right;
  return copy;
}

}  // namespace

DecisionTree FitDecisionTree(const RowMatrix& rows, std::span<const uint8_t> labels,
                             std::span<const double> row_weights, const DecisionTreeSetting& setting) {
  if (rows.rows() > BinnedColumns::kMostExactRows) {
    return GrowHistogramTree(BinnedColumns(rows), labels, row_weights, setting);
  }
  return Grower(rows, labels, row_weights, setting).Grow();
}

DecisionTree CutAtDepth(const DecisionTree& tree, int max_depth) {
  DecisionTree result;
  CopyDownTo(tree, 0, max_depth, result);
  return result;
}

}  // namespace ebb::trainer
