#include "clients/cpp/scorer_client.h"

#include "clients/cpp/peer.h"
#include "ebb/v1/scorer_service.grpc.pb.h"

namespace ebb {

struct ScorerClient::Connection : Peer<v1::Scorer> {
  using Peer::Peer;
};

ScorerClient::ScorerClient(std::string address, absl::Duration timeout, const TlsFiles& tls)
    : connection_(std::make_unique<Connection>("scorer", std::move(address), timeout, tls)) {}
ScorerClient::~ScorerClient() = default;

absl::StatusOr<v1::GetScoresResponse> ScorerClient::GetScores(const v1::GetScoresRequest& request) {
  return connection_->Call(&v1::Scorer::Stub::GetScores, request);
}

absl::StatusOr<v1::ListScoresResponse> ScorerClient::ListScores(const v1::ListScoresRequest& request) {
  return connection_->Call(&v1::Scorer::Stub::ListScores, request);
}

absl::StatusOr<v1::ListAtRiskResponse> ScorerClient::ListAtRisk(const v1::ListAtRiskRequest& request) {
  return connection_->Call(&v1::Scorer::Stub::ListAtRisk, request);
}

absl::StatusOr<v1::SegmentSummary> ScorerClient::GetSegmentSummary() {
  return connection_->Call(&v1::Scorer::Stub::GetSegmentSummary, v1::GetSegmentSummaryRequest());
}

absl::StatusOr<v1::ListSegmentsResponse> ScorerClient::ListSegments() {
  return connection_->Call(&v1::Scorer::Stub::ListSegments, v1::ListSegmentsRequest());
}

absl::StatusOr<v1::CheckSegmentsResponse> ScorerClient::CheckSegments(const v1::CheckSegmentsRequest& request) {
  return connection_->Call(&v1::Scorer::Stub::CheckSegments, request);
}

absl::StatusOr<v1::SegmentProfile> ScorerClient::ProfileSegment(const v1::ProfileSegmentRequest& request) {
  return connection_->Call(&v1::Scorer::Stub::ProfileSegment, request);
}

absl::StatusOr<v1::ExplainResponse> ScorerClient::Explain(const v1::ExplainRequest& request) {
  return connection_->Call(&v1::Scorer::Stub::Explain, request);
}

absl::StatusOr<v1::ScoreVectorResponse> ScorerClient::ScoreVector(const v1::ScoreVectorRequest& request) {
  return connection_->Call(&v1::Scorer::Stub::ScoreVector, request);
}

absl::StatusOr<v1::GetShadowComparisonResponse> ScorerClient::GetShadowComparison() {
  return connection_->Call(&v1::Scorer::Stub::GetShadowComparison, v1::GetShadowComparisonRequest());
}

absl::StatusOr<v1::ScorerStatus> ScorerClient::GetStatus() {
  return connection_->Call(&v1::Scorer::Stub::GetStatus, v1::GetStatusRequest());
}

}  // namespace ebb
