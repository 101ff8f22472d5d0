#include "model/estimator/k_nearest_neighbours.h"

#include <algorithm>
#include <cmath>

#include "model/arithmetic/lanes.h"

namespace ebb {

void KNearestNeighbours::Score(const RowMatrix& queries, std::span<double> scores) const {
  const Lanes& lanes = ChosenLanes();
  const auto measure =
      metric == Metric::kEuclidean ? lanes.squared_distance_to_columns : lanes.absolute_distance_to_columns;
  std::vector<double> distances(rows.stride());
  std::vector<Neighbour> neighbours(rows.rows());
  for (size_t q = 0; q < queries.rows(); ++q) {
    measure(queries.Row(q).data(), rows.data(), rows.stride(), rows.columns(), distances.data());
    for (uint32_t r = 0; r < neighbours.size(); ++r) neighbours[r] = {distances[r], r};
    const auto last = neighbours.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(k + 1, neighbours.size()));
    std::nth_element(neighbours.begin(), last - 1, neighbours.end());
    std::sort(neighbours.begin(), last);
    const auto first = neighbours.begin() + (neighbours.front().distance == 0 && neighbours.size() > 1 ? 1 : 0);
    const auto count = std::min<std::ptrdiff_t>(k, last - first);
    scores[q] = ShareOfPositives({first, first + count}, labels, metric, weighting);
  }
}

double ShareOfPositives(std::span<const Neighbour> nearest, std::span<const uint8_t> labels, Metric metric,
                        Weighting weighting) {
  const bool on_the_query = nearest.front().distance == 0;
  double positives = 0, all = 0;
  for (const Neighbour& neighbour : nearest) {
    double weight = 1;
    if (weighting == Weighting::kDistance) {
      if (on_the_query) {
        if (neighbour.distance > 0) break;
      } else {
        weight = 1 / (metric == Metric::kEuclidean ? std::sqrt(neighbour.distance) : neighbour.distance);
      }
    }
    all += weight;
    if (labels[neighbour.row] != 0) positives += weight;
  }
  return positives / all;
}

}  // namespace ebb
