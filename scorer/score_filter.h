#pragma once

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "ebb/v1/scorer_service.pb.h"
#include "scorer/customer_score.h"

namespace ebb::scorer {

// Which scores a subscriber wants: all conditions must hold. Immutable.
class ScoreFilter {
 public:
  // INVALID_ARGUMENT with the field: an unknown segment, a bound that is no number, bounds the wrong way round, more
  // than 10,000 customers.
  static absl::StatusOr<ScoreFilter> Make(const v1::ScoreFilter& message);

  bool Passes(const std::string& customer_id, const CustomerScore& score) const;

 private:
  v1::ScoreFilter bounds_;
  bool segments_[kSegments] = {};
  bool any_segment_ = true;
  absl::flat_hash_set<std::string> customers_;
};

}  // namespace ebb::scorer
