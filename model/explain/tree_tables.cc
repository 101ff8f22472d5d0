#include "model/explain/tree_tables.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace ebb {
namespace {

constexpr size_t kMostBits = 8;          // of a subtree's table: 256 rows
constexpr size_t kMostValues = 8 << 20;  // of all tables: 64 MiB

bool Has(const RowMask& mask, size_t row) { return ((row < 64 ? mask.low >> row : mask.high >> (row - 64)) & 1) != 0; }

size_t InnerNodes(std::span<const WalkNode> nodes, uint32_t at) {
  const WalkNode& node = nodes[at];
  if (node.left < 0) return 0;
  return 1 + InnerNodes(nodes, static_cast<uint32_t>(node.left)) + InnerNodes(nodes, static_cast<uint32_t>(node.right));
}

// From the root to a node.
struct Path {
  std::vector<uint32_t> players;     // by bit
  std::vector<uint32_t> background;  // the pattern of each background row: which players it satisfies

  uint32_t BitOf(uint32_t player) {
    const auto known = std::find(players.begin(), players.end(), player);
    const auto place = static_cast<uint32_t>(known - players.begin());
    if (known == players.end()) players.push_back(player);
    return 1u << place;
  }
  void Turn(const WalkNode& node, uint32_t bit, bool left) {
    for (size_t row = 0; row < background.size(); ++row) {
      if (Has(node.goes_left, row) != left) background[row] &= ~bit;
    }
  }
};

// A node of a subtree on the way to a leaf.
struct Turn {
  uint32_t question = 0;  // bit of the answer
  uint32_t player = 0;    // bit in the pattern
  bool left = false;
};

}  // namespace

class TreeTablesBuilder {
 public:
  TreeTablesBuilder(TreeTables* tables, std::span<const WalkNode> nodes, const ShapleyWeights& weights)
      : tables_(*tables), nodes_(nodes), weights_(weights) {}

  // False: too deep or too large.
  bool Add(uint32_t root, size_t background_rows) {
    TreeTables::Tree tree = {.first_upper = static_cast<uint32_t>(tables_.uppers_.size()),
                             .first_subtree = static_cast<uint32_t>(tables_.subtrees_.size())};
    if (!Place(root, 0, {.players = {}, .background = std::vector<uint32_t>(background_rows, ~0u)})) return false;
    tree.uppers = static_cast<uint32_t>(tables_.uppers_.size()) - tree.first_upper;
    tree.subtrees = static_cast<uint32_t>(tables_.subtrees_.size()) - tree.first_subtree;
    tables_.trees_.push_back(tree);
    tables_.most_patterns_ = std::max<size_t>(tables_.most_patterns_, patterns_);
    return true;
  }

 private:
  bool Place(uint32_t at, uint32_t pattern, Path path) {
    if (path.players.size() + InnerNodes(nodes_, at) <= kMostBits) return AddSubtree(at, pattern, path);
    const WalkNode& node = nodes_[at];
    if (node.left < 0) return false;
    const uint32_t bit = path.BitOf(node.player);
    if (path.players.size() > kMostBits) return false;  // no leaf below has fewer
    const uint32_t left = patterns_++, right = patterns_++;
    tables_.uppers_.push_back({.question = {.column = node.column, .threshold = node.threshold},
                               .pattern = pattern,
                               .left = left,
                               .right = right,
                               .bit = bit});
    Path there = path;
    there.Turn(node, bit, true);
    if (!Place(static_cast<uint32_t>(node.left), left, std::move(there))) return false;
    path.Turn(node, bit, false);
    return Place(static_cast<uint32_t>(node.right), right, std::move(path));
  }

  // The table of the subtree at a node.
  bool AddSubtree(uint32_t at, uint32_t pattern, const Path& path) {
    subtree_ = {.pattern = pattern,
                .mask = (1u << path.players.size()) - 1,
                .pattern_bits = static_cast<uint32_t>(path.players.size()),
                .first_question = static_cast<uint32_t>(tables_.questions_.size()),
                .questions = static_cast<uint32_t>(InnerNodes(nodes_, at)),
                .first_player = static_cast<uint32_t>(tables_.players_.size()),
                .first_value = tables_.values_.size()};
    players_ = {.players = path.players, .background = {}};
    CollectPlayers(at);
    subtree_.players = static_cast<uint32_t>(players_.players.size());
    tables_.players_.insert(tables_.players_.end(), players_.players.begin(), players_.players.end());
    const size_t rows = size_t{1} << (subtree_.pattern_bits + subtree_.questions);
    if (tables_.values_.size() + rows * subtree_.players > kMostValues) return false;
    tables_.values_.resize(tables_.values_.size() + rows * subtree_.players);
    std::vector<Turn> turns;
    AddLeaves(at, path.background, subtree_.mask, turns);
    tables_.subtrees_.push_back(subtree_);
    return true;
  }

  void CollectPlayers(uint32_t at) {
    const WalkNode& node = nodes_[at];
    if (node.left < 0) return;
    players_.BitOf(node.player);
    CollectPlayers(static_cast<uint32_t>(node.left));
    CollectPlayers(static_cast<uint32_t>(node.right));
  }

  void AddLeaves(uint32_t at, const std::vector<uint32_t>& background, uint32_t on_path, std::vector<Turn>& turns) {
    const WalkNode& node = nodes_[at];
    if (node.left < 0) return AddLeaf(node.value, background, on_path, turns);
    const uint32_t player = players_.BitOf(node.player);
    const uint32_t question = 1u << (subtree_.pattern_bits + tables_.questions_.size() - subtree_.first_question);
    tables_.questions_.push_back({.column = node.column, .threshold = node.threshold});
    for (const bool left : {true, false}) {
      Path path = {.players = {}, .background = background};
      path.Turn(node, player, left);
      turns.push_back({.question = question, .player = player, .left = left});
      AddLeaves(static_cast<uint32_t>(left ? node.left : node.right), path.background, on_path | player, turns);
      turns.pop_back();
    }
  }

  void AddLeaf(double value, const std::vector<uint32_t>& background, uint32_t on_path,
               const std::vector<Turn>& turns) {
    const std::vector<double> values = LeafValues(value, background, on_path);
    const size_t width = subtree_.players;
    const uint32_t rows = 1u << (subtree_.pattern_bits + subtree_.questions);
    for (uint32_t row = 0; row < rows; ++row) {
      uint32_t met = on_path & (row | ~subtree_.mask);
      for (const Turn& turn : turns) {
        if (((row & turn.question) != 0) != turn.left) met &= ~turn.player;
      }
      double* sums = tables_.values_.data() + subtree_.first_value + row * width;
      for (size_t f = 0; f < width; ++f) sums[f] += values[met * width + f];
    }
  }

  // By the bits of the players that the customer satisfies.
  std::vector<double> LeafValues(double value, const std::vector<uint32_t>& background, uint32_t on_path) const {
    const size_t width = subtree_.players;
    std::vector<uint32_t> rows_with(size_t{1} << width);
    for (const uint32_t pattern : background) ++rows_with[pattern & on_path];
    std::vector<double> values(rows_with.size() * width);
    for (uint32_t pattern = 0; pattern < rows_with.size(); ++pattern) {
      if (rows_with[pattern] == 0) continue;
      const uint32_t only_customer = on_path & ~pattern;
      // Every set of players that has those the background row lacks.
      for (uint32_t rest = pattern;; rest = (rest - 1) & pattern) {
        const uint32_t only_background = pattern & ~rest;
        const auto a = static_cast<size_t>(std::popcount(only_customer));
        const auto b = static_cast<size_t>(std::popcount(only_background));
        const double weight = value * rows_with[pattern];
        double* sums = values.data() + (only_customer | rest) * width;
        for (size_t f = 0; f < width; ++f) {
          if ((only_customer >> f & 1) != 0) sums[f] += weight * weights_(a, b);
          if ((only_background >> f & 1) != 0) sums[f] -= weight * weights_(b, a);
        }
        if (rest == 0) break;
      }
    }
    return values;
  }

  TreeTables& tables_;
  const std::span<const WalkNode> nodes_;
  const ShapleyWeights& weights_;
  uint32_t patterns_ = 1;
  TreeTables::Subtree subtree_;  // the present one
  Path players_;                 // of it, by bit
};

bool TreeTables::Add(std::span<const WalkNode> nodes, uint32_t root, size_t background_rows,
                     const ShapleyWeights& weights) {
  const size_t uppers = uppers_.size(), subtrees = subtrees_.size(), questions = questions_.size(),
               players = players_.size(), values = values_.size();
  if (TreeTablesBuilder(this, nodes, weights).Add(root, background_rows)) return true;
  uppers_.resize(uppers);
  subtrees_.resize(subtrees);
  questions_.resize(questions);
  players_.resize(players);
  values_.resize(values);
  return false;
}

void TreeTables::AddContributions(std::span<const double> row, std::span<double> contributions) const {
  std::vector<uint32_t> patterns(most_patterns_);
  for (const Tree& tree : trees_) {
    patterns[0] = ~0u;
    for (uint32_t i = tree.first_upper; i < tree.first_upper + tree.uppers; ++i) {
      const Upper& upper = uppers_[i];
      const uint32_t along = patterns[upper.pattern], against = along & ~upper.bit;
      const bool left = row[upper.question.column] <= upper.question.threshold;
      patterns[upper.left] = left ? along : against;
      patterns[upper.right] = left ? against : along;
    }
    for (uint32_t i = tree.first_subtree; i < tree.first_subtree + tree.subtrees; ++i) {
      const Subtree& subtree = subtrees_[i];
      const Question* question = questions_.data() + subtree.first_question;
      uint32_t bits = patterns[subtree.pattern] & subtree.mask;
      for (uint32_t q = 0; q < subtree.questions; ++q) {
        const uint32_t left = row[question[q].column] <= question[q].threshold ? 1 : 0;
        bits |= left << (subtree.pattern_bits + q);
      }
      const uint32_t* player = players_.data() + subtree.first_player;
      const double* value = values_.data() + subtree.first_value + size_t{bits} * subtree.players;
      for (uint32_t f = 0; f < subtree.players; ++f) contributions[player[f]] += value[f];
    }
  }
}

}  // namespace ebb
