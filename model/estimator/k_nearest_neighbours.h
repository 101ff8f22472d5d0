#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/row_matrix.h"

namespace ebb {

enum class Metric { kEuclidean, kManhattan };
enum class Weighting { kUniform, kDistance };

// Scores are the (weighted) share of positive rows among the k nearest of training. Of rows equally far the earlier one
// is nearer. One row that lies exactly on the query is left out: it is the customer himself, whose own label would
// answer instead of his neighbours'. So the customers a model was trained on are scored as the others are, by
// leave-one-out.
struct KNearestNeighbours {
  int k = 1;  // at most the rows
  Metric metric = Metric::kEuclidean;
  Weighting weighting = Weighting::kUniform;
  ColumnMatrix rows;            // of training, preprocessed
  std::vector<uint8_t> labels;  // 1: positive

  void Score(const RowMatrix& queries, std::span<double> scores) const;
};

struct Neighbour {
  double distance = 0;  // squared where the metric is Euclidean
  uint32_t row = 0;

  friend auto operator<=>(const Neighbour&, const Neighbour&) = default;
};

// The share of positives among `nearest`, all of which count. Weighting by distance is by 1 / distance; where a row
// lies exactly on the query only such rows count.
double ShareOfPositives(std::span<const Neighbour> nearest, std::span<const uint8_t> labels, Metric metric,
                        Weighting weighting);

}  // namespace ebb
