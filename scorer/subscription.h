#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ebb/v1/scorer_service.pb.h"
#include "scorer/score_board.h"
#include "scorer/score_filter.h"
#include "scorer/segments/segment_catalogue.h"
#include "scorer/told_customers.h"

namespace ebb::scorer {

// One subscriber's way through the changes. It holds a place in the board's change list, and what it told of each
// customer only where it is asked to compare (ToldCustomers); so a slow reader costs no queue and finds, when it comes,
// the latest score of each customer that changed meanwhile.
//
// A snapshot is the changes after sequence 0, a resumed stream those after the token's: both end with a `caught_up`
// message at what was the end when the call began. One thread at a time; borrows board and catalogue.
class Subscription {
 public:
  // `source_id` is the scorer's own. INVALID_ARGUMENT with the field; NOT_FOUND: no such segment is declared;
  // OUT_OF_RANGE: the token is of another scorer or ahead of this one.
  static absl::StatusOr<Subscription> Make(const v1::SubscribeRequest& request, uint64_t source_id,
                                           const ScoreBoard* board, const SegmentCatalogue* catalogue);

  // Fills the next message; false: nothing until something is published.
  bool Next(v1::SubscribeResponse* message);
  // Progress alone.
  void FillProgress(v1::SubscribeResponse* message) const;

  // How long a silence may last.
  absl::Duration heartbeat() const { return heartbeat_; }

 private:
  struct Place {
    uint64_t source_id = 0;
    int64_t from = 0;
    int64_t caught_up_at = 0;
    bool resumed = false;
  };
  // What becomes of a change.
  enum class Verdict { kPassOver, kScore, kLeft };

  Subscription(ScoreFilter filter, bool leaving, const Place& place, absl::Duration heartbeat, const ScoreBoard* board,
               const SegmentCatalogue* catalogue);

  Verdict Judge(uint32_t customer, const std::string& customer_id, const CustomerScore& score) const;
  void FillFound(uint32_t customer, const ScoreBoard::Named& found, v1::SubscribeResponse* message);

  ScoreFilter filter_;
  bool leaving_;
  bool compares_;  // with what was told before
  ToldCustomers told_;
  uint64_t source_id_;
  ScoreBoard::Position position_;
  uint64_t caught_up_at_;
  bool caught_up_ = false;
  absl::Duration heartbeat_;
  const ScoreBoard* board_;
  const SegmentCatalogue* catalogue_;
};

}  // namespace ebb::scorer
