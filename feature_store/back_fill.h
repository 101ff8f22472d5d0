// Other declarations: from the start with a changed file until they are served.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "absl/time/time.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/back_fill_reader.h"
#include "feature_store/live_state.h"
#include "feature_store/log_tail.h"
#include "feature_store/residency.h"

namespace ebb::feature_store {

// Gives every customer its aggregates under the next declarations beside those that are served, then serves them.
//
//   raw events before the beginning ──BackFillReader──▶ Step ──┐
//                                                              ├─▶ Customer::next ──checkpoint──▶ served
//   everything that is folded from then on ─CustomerTable.Fold─┘
//
// Folding commutes, so it does not matter that the older events come later: each event is folded once into either, and
// that is all there is to prove. A customer's aggregates count as complete only as a whole, and a record says whether
// they are; so a crash loses what is not saved yet and the next start goes on with the customers that lack them.
//
// The writer's thread steps it, as whatever changes what is folded; Progress is for anybody.
class BackFill {
 public:
  struct Result {
    bool switched = false;
    bool more = false;  // is to be done at once
  };

  // All borrowed. `on_complete`: nobody lacks anything any more, and that has to be saved.
  BackFill(LiveState* live, BackFillReader* reader, std::function<void()> on_complete);

  // Nothing is being prepared any more: the next declarations are served.
  bool IsOver() const;
  // Folds for some milliseconds; once all is saved, switches. Pauses while the disk has no room.
  Result Step(LogTail* tail, Residency* residency);

  // Nothing where nothing is being prepared any more.
  std::optional<v1::BackFillProgress> Progress() const;

 private:
  absl::Status FoldSome(Residency* residency, bool* more);
  absl::Status Complete(RawCustomer raw, Residency* residency);
  bool Switch(LogTail* tail);
  void Tell();

  LiveState* const live_;
  BackFillReader* const reader_;
  const std::function<void()> on_complete_;
  const absl::Time began_;
  const uint32_t lacking_at_start_;
  absl::Time told_;  // these two: only the writer's thread
  bool asked_to_save_ = false;
};

}  // namespace ebb::feature_store
