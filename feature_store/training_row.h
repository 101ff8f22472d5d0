#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "ebb/v1/event.pb.h"
#include "ebb/v1/feature.pb.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/customer_state.h"
#include "feature_store/feature_values.h"
#include "feature_store/feature_windows.h"
#include "feature_store/tiles_by_measure.h"
#include "feature_store/training_label.h"

// Rows of training sets from the raw history of one customer. A history is sorted by (event_time, event_id), each event
// once, and may reach beyond T.
namespace ebb::feature_store {

// The vector as of T from what was known before `known_before` (imports are known since their event time). With
// `known_before` = T it is a training row's, with InfiniteFuture what ComputeVector gives online now.
FeatureValues ValuesAsOf(const CompiledDeclarations& declarations, std::span<const v1::Event> history, absl::Time as_of,
                         absl::Time known_before);
// The same in the wire's form.
v1::FeatureVector VectorAsOf(const CompiledDeclarations& declarations, std::span<const v1::Event> history,
                             absl::Time as_of, absl::Time known_before);

// What of the store's knowledge rows may use. Times are microseconds since 1970 UTC.
struct Knowledge {
  int64_t now_us = 0;  // the store's clock: labels must be over by then
  // Nothing that came to be known at or after it counts, in features and labels alike: what arrives while a training
  // set is read leaves no trace in it.
  int64_t known_before_us = std::numeric_limits<int64_t>::max();
  // Features as of T use also what became known after T.
  bool late = false;
};

// All rows of one customer after the other. An event is folded once, at the first date that may see it: folding is
// commutative, so each date's state is the one that VectorAsOf folds anew. Not thread-safe.
class TrainingRows {
 public:
  // `declarations` and `dates` (ascending) are borrowed; `rule` has passed CheckLabelRule.
  // `with_revenue`: RevenueAfter will be asked.
  TrainingRows(const CompiledDeclarations* declarations, LabelRule rule, std::span<const LabelDate> dates,
               const Knowledge& knowledge, bool with_revenue = false);

  // `values` of a row are borrowed for the call; null where there is none but an exclusion.
  using Visit = absl::FunctionRef<void(const LabelDate& date, const Label& label, const FeatureValues* values)>;
  // Visits each date in order. False, and no visit, for a customer of whom nothing counts.
  bool Build(std::span<const EventView> history, Visit visit);
  // Of the last history; as in Labeller.
  std::optional<int64_t> RevenueAfter(const LabelDate& date) const { return labeller_.RevenueAfter(date); }
  // Those of the last history that count; borrowed until the next.
  std::span<const HistoryEvent> events() const { return events_; }

 private:
  struct Shown {
    int64_t from_us;  // the first T that may see the event
    const EventView* event;
  };

  const CompiledDeclarations* const declarations_;
  const std::span<const LabelDate> dates_;
  const std::vector<FeatureWindows> windows_;  // of each date
  const Knowledge knowledge_;
  Labeller labeller_;
  std::vector<HistoryEvent> events_;
  std::vector<Shown> shown_;  // by from_us
  CustomerState state_;
  TilesByMeasure by_measure_;
  FeatureValues values_;
};

}  // namespace ebb::feature_store
