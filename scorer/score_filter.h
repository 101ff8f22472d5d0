#pragma once

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "ebb/v1/scorer_service.pb.h"
#include "scorer/customer_score.h"
#include "scorer/segments/segment_catalogue.h"

namespace ebb::scorer {

// Which scores a subscriber wants: all conditions must hold. Immutable.
class ScoreFilter {
 public:
  // INVALID_ARGUMENT with the field: an unknown cell, a bound that is no number, bounds the wrong way round, more than
  // 10,000 customers. NOT_FOUND: a segment that is not declared.
  static absl::StatusOr<ScoreFilter> Make(const v1::ScoreFilter& message, const SegmentCatalogue& catalogue);

  // All but min_change, which depends on what was told before.
  bool Passes(const std::string& customer_id, const CustomerScore& score) const;
  double min_change() const { return bounds_.min_change(); }

 private:
  v1::ScoreFilter bounds_;
  bool segments_[kSegments] = {};
  bool any_segment_ = true;
  uint64_t named_segments_ = 0;  // 0: no bound
  absl::flat_hash_set<std::string> customers_;
};

}  // namespace ebb::scorer
