#include "model/estimator/tree_ensemble.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/testing/random_models.h"

namespace ebb {
namespace {

double PlainSum(const TreeEnsemble& trees, std::span<const double> row) {
  double sum = 0;
  for (const uint32_t root : trees.roots) {
    const TreeNode* node = &trees.nodes[root];
    while (node->left >= 0) node = &trees.nodes[row[node->column] <= node->threshold ? node->left : node->right];
    sum += node->value;
  }
  return sum;
}

// A row walks several trees at once, or many rows one tree together, as it fits: nobody may see it in the bits.
TEST(TreeEnsemble, GivesTheSameBitsForAnyNumberOfRowsAndTrees) {
  random_models::RandomModels random(21, 5, 0);
  for (const int trees : {1, 7, 8, 9, 40}) {
    const TreeEnsemble ensemble = random.Trees(trees, 9);
    for (const size_t count : {1u, 21u, 127u, 128u, 133u}) {
      RowMatrix rows(count, 5);
      for (size_t r = 0; r < count; ++r) std::ranges::generate(rows.Row(r), [&] { return random.Real(); });
      rows.Row(0)[0] = std::nan("");  // goes right
      rows.Row(count - 1)[1] = -std::numeric_limits<double>::infinity();
      std::vector<double> sums(count);
      ensemble.AddSums(rows, 0, ensemble.roots.size(), sums);
      for (size_t r = 0; r < count; ++r) EXPECT_EQ(sums[r], PlainSum(ensemble, rows.Row(r))) << trees << " " << count;
    }
  }
}

}  // namespace
}  // namespace ebb
