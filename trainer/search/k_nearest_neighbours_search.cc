#include <algorithm>

#include "model/arithmetic/lanes.h"
#include "trainer/search/family_search.h"

namespace ebb::trainer {
namespace {

// The `most` nearest rows of training of each test row, nearest first, one after the other.
std::vector<Neighbour> NearestOfEach(const FoldData& fold, Metric metric, size_t most) {
  const Lanes& lanes = ChosenLanes();
  const auto measure =
      metric == Metric::kEuclidean ? lanes.squared_distance_to_columns : lanes.absolute_distance_to_columns;
  const ColumnMatrix rows(fold.training);
  std::vector<double> distances(rows.stride());
  std::vector<Neighbour> all(rows.rows()), nearest;
  nearest.reserve(fold.test.rows() * most);
  for (size_t q = 0; q < fold.test.rows(); ++q) {
    measure(fold.test.Row(q).data(), rows.data(), rows.stride(), rows.columns(), distances.data());
    for (uint32_t r = 0; r < all.size(); ++r) all[r] = {distances[r], r};
    const auto last = all.begin() + static_cast<ptrdiff_t>(most);
    std::nth_element(all.begin(), last - 1, all.end());
    std::sort(all.begin(), last);
    nearest.insert(nearest.end(), all.begin(), last);
  }
  return nearest;
}

}  // namespace

void SearchKNearestNeighbours(const FoldData& fold, const SearchUnit& unit) {
  const size_t rows = fold.training.rows();
  size_t most = 0;
  for (const size_t index : unit.settings) {
    most = std::max(most, std::min<size_t>(unit.Get<KNearestNeighboursSetting>(index).k, rows));
  }
  const Metric metric = unit.Get<KNearestNeighboursSetting>(unit.settings.front()).metric;
  const std::vector<Neighbour> nearest = NearestOfEach(fold, metric, most);
  std::vector<double> scores(fold.test.rows());
  for (const size_t index : unit.settings) {
    if (unit.cancelled()) return;
    const auto& setting = unit.Get<KNearestNeighboursSetting>(index);
    const size_t k = std::min<size_t>(setting.k, rows);
    for (size_t q = 0; q < scores.size(); ++q) {
      scores[q] = ShareOfPositives({nearest.data() + q * most, k}, fold.training_labels, metric, setting.weighting);
    }
    unit.report(index, scores);
  }
}

}  // namespace ebb::trainer
