#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ebb/v1/scorer_service.pb.h"
#include "scorer/score_board.h"
#include "scorer/score_filter.h"

namespace ebb::scorer {

// One subscriber's way through the changes. It holds a place in the board's change list and nothing else, so a slow
// reader costs no memory and finds, when it comes, the latest score of each customer that changed meanwhile.
//
// A snapshot is the changes after sequence 0, a resumed stream those after the token's: both end with a `caught_up`
// message at what was the end when the call began. One thread at a time.
class Subscription {
 public:
  // `source_id` is the scorer's own. INVALID_ARGUMENT with the field; OUT_OF_RANGE: the token is of another scorer or
  // ahead of this one.
  static absl::StatusOr<Subscription> Make(const v1::SubscribeRequest& request, uint64_t source_id,
                                           const ScoreBoard* board);

  // Fills the next message; false: nothing until something is published.
  bool Next(v1::SubscribeResponse* message);
  // Progress alone.
  void FillProgress(v1::SubscribeResponse* message) const;

  // How long a silence may last.
  absl::Duration heartbeat() const { return heartbeat_; }

 private:
  Subscription(ScoreFilter filter, uint64_t source_id, int64_t from, int64_t caught_up_at, absl::Duration heartbeat,
               const ScoreBoard* board);

  ScoreFilter filter_;
  uint64_t source_id_;
  ScoreBoard::Position position_;
  uint64_t caught_up_at_;
  bool caught_up_ = false;
  absl::Duration heartbeat_;
  const ScoreBoard* board_;
};

}  // namespace ebb::scorer
