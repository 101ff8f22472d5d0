#include "scorer/publication.h"

#include <cmath>

namespace ebb::scorer {

Publication DecidePublication(const CustomerScore& last, const CustomerScore& next, double least_move) {
  if (!last.scored()) return Publication::kFirst;
  if (last.scoring_id != next.scoring_id) return Publication::kModelChanged;
  if (last.held_segment() != next.held_segment() || last.held_named_segments != next.held_named_segments)
    return Publication::kSegmentChanged;
  const double move = std::abs(next.probability - last.published_probability);
  return move >= least_move ? Publication::kProbabilityMoved : Publication::kNone;
}

}  // namespace ebb::scorer
