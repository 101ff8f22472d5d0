#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/explain/shapley_weights.h"
#include "model/explain/tree_walk.h"

namespace ebb {

// Trees whose contributions are looked up. A tree is cut into an upper part and small subtrees. What the leaves of a
// subtree add together depends on the customer only through bits: whether he meets the path's conditions on each of its
// players, and which way he goes at each node of the subtree. A table made once from the background holds the sum for
// every combination. Immutable once filled, so threads may share one.
class TreeTables {
 public:
  // False: the tree is too deep for it, or the tables would take more memory than 64 MiB; nothing was added then.
  bool Add(std::span<const WalkNode> nodes, uint32_t root, size_t background_rows, const ShapleyWeights& weights);

  // What AddContributions meets: nodes, questions and players, and rows of a table, each a place in memory of its own.
  size_t steps() const { return uppers_.size() + questions_.size() + players_.size(); }
  size_t rows_read() const { return subtrees_.size(); }

  // Adds every tree's contributions, by player.
  void AddContributions(std::span<const double> row, std::span<double> contributions) const;

 private:
  friend class TreeTablesBuilder;

  struct Question {
    uint32_t column = 0;
    double threshold = 0;
  };
  // A node of an upper part. Patterns have a bit a player of the path: whether the customer meets its conditions.
  struct Upper {
    Question question;
    uint32_t pattern = 0;          // place of its own; parents come first
    uint32_t left = 0, right = 0;  // places of the children's
    uint32_t bit = 0;              // of the question's player
  };
  struct Subtree {
    uint32_t pattern = 0;  // its place
    uint32_t mask = 0;     // bits of the pattern that count
    uint32_t pattern_bits = 0;
    uint32_t first_question = 0, questions = 0;  // ascending bits above the pattern's
    uint32_t first_player = 0, players = 0;
    uint64_t first_value = 0;  // rows of `players` values, by the combination of bits
  };
  struct Tree {
    uint32_t first_upper = 0, uppers = 0;
    uint32_t first_subtree = 0, subtrees = 0;
  };

  std::vector<Tree> trees_;
  std::vector<Upper> uppers_;
  std::vector<Subtree> subtrees_;
  std::vector<Question> questions_;
  std::vector<uint32_t> players_;
  std::vector<double> values_;
  size_t most_patterns_ = 1;  // of a tree
};

}  // namespace ebb
