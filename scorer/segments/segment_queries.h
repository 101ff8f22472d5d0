#pragma once

#include "absl/status/statusor.h"
#include "ebb/v1/scorer_service.pb.h"
#include "scorer/model_slot.h"
#include "scorer/score_board.h"
#include "scorer/scoring_engine.h"
#include "scorer/segments/segment_catalogue.h"

namespace ebb::scorer {

// Answers questions about the declared segments. Thread-safe; borrows what it is given.
//
// Errors: FAILED_PRECONDITION: there is no model yet; NOT_FOUND: no such segment or customer; INVALID_ARGUMENT with the
// field.
class SegmentQueries {
 public:
  SegmentQueries(const ScoreBoard* board, const ModelSlot* slot, const ScoringEngine* engine,
                 const SegmentCatalogue* catalogue)
      : board_(board), slot_(slot), engine_(engine), catalogue_(catalogue) {}

  absl::StatusOr<v1::ListSegmentsResponse> ListSegments() const;
  absl::StatusOr<v1::CheckSegmentsResponse> CheckSegments(const v1::CheckSegmentsRequest& request) const;
  // Reads every record from disk, and holds up to 50,000 vectors of each side in memory.
  absl::StatusOr<v1::SegmentProfile> ProfileSegment(const v1::ProfileSegmentRequest& request) const;

 private:
  // The segments to answer about: all, or those asked for in the order declared.
  absl::StatusOr<std::vector<size_t>> Wanted(const v1::CheckSegmentsRequest& request) const;

  const ScoreBoard* const board_;
  const ModelSlot* const slot_;
  const ScoringEngine* const engine_;
  const SegmentCatalogue* const catalogue_;
};

}  // namespace ebb::scorer
