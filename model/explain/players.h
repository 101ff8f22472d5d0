#pragma once

#include <cstddef>
#include <vector>

#include "model/preprocessing.h"

namespace ebb {

// Which columns of a preprocessed row belong together: all columns of one feature are one player of the Shapley game,
// so a category is taken from the customer or from the background as a whole. Immutable once made.
class Players {
 public:
  explicit Players(const Preprocessing& preprocessing);

  size_t size() const { return features_.size(); }
  size_t columns() const { return of_column_.size(); }
  size_t FeatureOf(size_t player) const { return features_[player]; }
  size_t OfColumn(size_t column) const { return of_column_[column]; }
  const std::vector<size_t>& ColumnsOf(size_t player) const { return columns_[player]; }

 private:
  std::vector<size_t> features_;              // by player; index in the schema
  std::vector<size_t> of_column_;             // by column
  std::vector<std::vector<size_t>> columns_;  // by player
};

}  // namespace ebb
