#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "ebb/v1/event.pb.h"
#include "feature_store/compiled_declarations.h"

namespace ebb::feature_store {

// Since when a store has events of each kind, and so which features mean what they say: "no orders in the month before
// the last" is true of nobody if nobody's orders were pushed then. Collects what a training set reads anyway.
class EventCoverage {
 public:
  explicit EventCoverage(const CompiledDeclarations* declarations);

  // One event of the store, in any order.
  void Note(const v1::Event& event);

  // The features declared `once_covered` whose window at T begins before the first event of their kind (lifetime: that
  // have none before T) and that no snapshot names. In the order declared.
  std::vector<std::string> Uncovered(absl::Time as_of) const;

 private:
  // Whether an event that the measure counts happened by then.
  bool Covers(int measure, absl::Time by) const;

  const CompiledDeclarations* const declarations_;
  std::array<int64_t, 32> earliest_us_;  // by body
  std::vector<bool> imported_;           // by feature
};

}  // namespace ebb::feature_store
