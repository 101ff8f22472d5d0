#pragma once

#include <cstddef>
#include <cstdint>

namespace ebb {

// A set of background rows.
struct RowMask {
  uint64_t low = 0, high = 0;
};

// A node as the walk reads it.
struct WalkNode {
  int32_t left = -1, right = -1;  // -1: a leaf
  uint32_t column = 0;
  uint32_t player = 0;
  double threshold = 0;  // row[column] <= threshold goes left
  double value = 0;      // of a leaf, scaled
  RowMask goes_left;     // of the background
};

// One walk down a tree for one customer. At a node the background rows that still count are kept apart by how many of
// the path's players only the customer satisfies; where none is left the walk turns back, so most of a deep tree is
// never seen.
struct TreeWalk {
  // A player on the path.
  struct Entry {
    uint32_t player;
    bool customer_meets;       // the path's conditions on the player
    RowMask background_meets;  // of the rows that count
  };

  const WalkNode* nodes;
  const double* row;
  const double* weights;  // ShapleyWeights
  size_t weights_width;
  double* contributions;  // by player
  Entry* entries;         // one a player on a path, and one
  RowMask* counts;        // (players on a path + 2) × (nodes of the longest path + 2)
};

// `all`: the whole background. Bodies differ only in how they count bits.
using TreeWalkFunction = void (*)(const TreeWalk& walk, uint32_t root, const RowMask& all);
TreeWalkFunction ChosenTreeWalk();

// For tests: all bodies that this processor can run, the plainest first.
const TreeWalkFunction* RunnableTreeWalks(size_t* count);

}  // namespace ebb
