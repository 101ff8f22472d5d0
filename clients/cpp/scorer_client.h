// Typed client of the scorer. Thread-safe. One call is one RPC with a deadline; errors keep the server's code. Streams:
// score_subscription.h.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/cpp/endpoints.h"
#include "ebb/v1/scorer_service.pb.h"

namespace ebb {

class ScorerClient {
 public:
  // Connects at the first call. `timeout` is the deadline of each call.
  ScorerClient(std::string address, absl::Duration timeout, const TlsFiles& tls = {});
  ~ScorerClient();

  absl::StatusOr<v1::GetScoresResponse> GetScores(const v1::GetScoresRequest& request);
  absl::StatusOr<v1::ListScoresResponse> ListScores(const v1::ListScoresRequest& request);
  absl::StatusOr<v1::ListAtRiskResponse> ListAtRisk(const v1::ListAtRiskRequest& request);
  absl::StatusOr<v1::SegmentSummary> GetSegmentSummary();
  absl::StatusOr<v1::ListSegmentsResponse> ListSegments();
  absl::StatusOr<v1::CheckSegmentsResponse> CheckSegments(const v1::CheckSegmentsRequest& request);
  absl::StatusOr<v1::SegmentProfile> ProfileSegment(const v1::ProfileSegmentRequest& request);
  absl::StatusOr<v1::ExplainResponse> Explain(const v1::ExplainRequest& request);
  absl::StatusOr<v1::ScoreVectorResponse> ScoreVector(const v1::ScoreVectorRequest& request);
  absl::StatusOr<v1::GetShadowComparisonResponse> GetShadowComparison();
  absl::StatusOr<v1::ScorerStatus> GetStatus();

 private:
  struct Connection;
  const std::unique_ptr<Connection> connection_;
};

}  // namespace ebb
