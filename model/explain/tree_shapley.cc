#include "model/explain/tree_shapley.h"

#include <algorithm>
#include <cassert>

namespace ebb {
namespace {

// Measured on random ensembles of 20 to 500 trees of depth 3 to 13: within a factor of two or so. Rows of tables are
// the caches' misses.
constexpr double kMicrosecondsATableStep = 0.0015;
constexpr double kMicrosecondsATableRow = 0.02;
constexpr double kMicrosecondsAWalkedNode = 0.012;

RowMask Rows(size_t count) {
  return {.low = count >= 64 ? ~0ull : (1ull << count) - 1, .high = count > 64 ? (1ull << (count - 64)) - 1 : 0};
}

RowMask RowsThatGoLeft(const TreeNode& node, const RowMatrix& background) {
  RowMask mask;
  for (size_t r = 0; r < background.rows(); ++r) {
    if (background.At(r, node.column) <= node.threshold) (r < 64 ? mask.low : mask.high) |= 1ull << (r % 64);
  }
  return mask;
}

}  // namespace

// Children stand after their parent.
size_t TreeShapley::LongestPath(std::span<const TreeNode> nodes) {
  std::vector<size_t> depths(nodes.size());
  size_t longest = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    longest = std::max(longest, depths[i]);
    if (nodes[i].left < 0) continue;
    for (const int32_t child : {nodes[i].left, nodes[i].right}) {
      depths[static_cast<size_t>(child)] = std::max(depths[static_cast<size_t>(child)], depths[i] + 1);
    }
  }
  return longest;
}

TreeShapley::TreeShapley(std::span<const TreeNode> nodes, std::span<const uint32_t> roots, double scale,
                         const Players& players, const RowMatrix& background)
    : weights_(0), background_(Rows(background.rows())) {
  assert(background.rows() >= 1 && background.rows() <= kMostBackgroundRows);
  const double factor = scale / static_cast<double>(background.rows());
  for (const TreeNode& node : nodes) {
    WalkNode& walked = nodes_.emplace_back();
    walked.value = node.value * factor;
    if (node.left < 0) continue;
    walked.left = node.left;
    walked.right = node.right;
    walked.column = static_cast<uint32_t>(node.column);
    walked.player = static_cast<uint32_t>(players.OfColumn(walked.column));
    walked.threshold = node.threshold;
    walked.goes_left = RowsThatGoLeft(node, background);
  }
  longest_path_ = LongestPath(nodes);
  assert(longest_path_ <= kLongestPath);
  most_players_ = std::min(longest_path_, players.size());
  weights_ = ShapleyWeights(most_players_);
  for (size_t i = 0; i < roots.size(); ++i) {
    if (tables_.Add(nodes_, roots[i], background.rows(), weights_)) continue;
    walk_roots_.push_back(roots[i]);
    walked_nodes_ += (i + 1 < roots.size() ? roots[i + 1] : nodes_.size()) - roots[i];
  }
}

double TreeShapley::EstimatedMicroseconds() const {
  return static_cast<double>(tables_.steps()) * kMicrosecondsATableStep +
         static_cast<double>(tables_.rows_read()) * kMicrosecondsATableRow +
         static_cast<double>(walked_nodes_) * kMicrosecondsAWalkedNode;
}

void TreeShapley::Explain(std::span<const double> row, std::span<double> contributions) const {
  tables_.AddContributions(row, contributions);
  if (walk_roots_.empty()) return;
  std::vector<TreeWalk::Entry> entries(most_players_ + 1);
  std::vector<RowMask> counts((most_players_ + 2) * (longest_path_ + 2));
  const TreeWalk walk = {.nodes = nodes_.data(),
                         .row = row.data(),
                         .weights = weights_.data(),
                         .weights_width = weights_.width(),
                         .contributions = contributions.data(),
                         .entries = entries.data(),
                         .counts = counts.data()};
  const TreeWalkFunction function = ChosenTreeWalk();
  for (const uint32_t root : walk_roots_) function(walk, root, background_);
}

}  // namespace ebb
