#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "trainer/evaluation/folds.h"
#include "trainer/search/dataset.h"
#include "trainer/search/grid.h"

namespace ebb::trainer {

// A table and folds that another program gets too.
struct FoldTable {
  Dataset dataset;  // puts the rows into an order of its own
  FoldAssignment folds;
  std::vector<int> row_in_file;  // of each row of the data set, counted from 0
};

// Comma-separated with a header: fold, label, then the features; a column whose name begins with "category:" is one.
// Fold, label and place in the file travel along as features for segments, which no fit looks at.
absl::StatusOr<FoldTable> ReadFoldTable(const std::string& path);

absl::StatusOr<Grid> ReadGrid(const std::string& path);
absl::StatusOr<SearchSpace> ReadSearchSpace(const std::string& path);

}  // namespace ebb::trainer
