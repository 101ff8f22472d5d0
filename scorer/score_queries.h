#pragma once

#include "absl/status/statusor.h"
#include "ebb/v1/scorer_service.pb.h"
#include "scorer/model_slot.h"
#include "scorer/score_board.h"
#include "scorer/segments/segment_catalogue.h"

namespace ebb::scorer {

// Answers questions about the present scores. Thread-safe; borrows what it is given.
//
// Errors: FAILED_PRECONDITION: there is no model yet; INVALID_ARGUMENT with the field.
class ScoreQueries {
 public:
  // `source_id` keeps page tokens of another scorer apart.
  ScoreQueries(uint64_t source_id, const ScoreBoard* board, const ModelSlot* slot, const SegmentCatalogue* catalogue)
      : source_id_(source_id), board_(board), slot_(slot), catalogue_(catalogue) {}

  absl::StatusOr<v1::GetScoresResponse> GetScores(const v1::GetScoresRequest& request) const;
  absl::StatusOr<v1::ListScoresResponse> ListScores(const v1::ListScoresRequest& request) const;
  absl::StatusOr<v1::ListAtRiskResponse> ListAtRisk(const v1::ListAtRiskRequest& request) const;
  absl::StatusOr<v1::SegmentSummary> SummarizeSegments() const;

 private:
  const uint64_t source_id_;
  const ScoreBoard* const board_;
  const ModelSlot* const slot_;
  const SegmentCatalogue* const catalogue_;
};

}  // namespace ebb::scorer
