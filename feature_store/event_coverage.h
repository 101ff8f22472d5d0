#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/event_view.h"

namespace ebb::feature_store {

// Since when a store has events of each kind, and so which features mean what they say: "no orders in the month before
// the last" is true of nobody if nobody's orders were pushed then. Collects what a training set reads anyway.
class EventCoverage {
 public:
  explicit EventCoverage(const CompiledDeclarations* declarations);

  // One event of the store, in any order.
  void Note(const EventView& event);
  // All that another one of the same declarations has noted.
  void Add(const EventCoverage& other);
  // The same across calls: bytes that only the same declarations can read.
  std::string Save() const;
  void AddSaved(std::string_view bytes);

  // The features declared `once_covered` whose window at T begins before the first event of their kind (lifetime: that
  // have none before T) and that no snapshot names. In the order declared.
  std::vector<std::string> Uncovered(absl::Time as_of) const;

 private:
  // Whether an event that the measure counts happened by then.
  bool Covers(int measure, absl::Time by) const;

  const CompiledDeclarations* declarations_;
  std::array<int64_t, 32> earliest_us_;  // by body
  std::vector<bool> imported_;           // by feature
};

}  // namespace ebb::feature_store
