#include "clients/cpp/scorer_client.h"

#include "clients/cpp/peer.h"
#include "ebb/v1/scorer_service.grpc.pb.h"

namespace ebb {

using Stub = v1::Scorer::Stub;

struct ScorerClient::Connection : Peer<v1::Scorer> {
  using Peer::Peer;
};

ScorerClient::ScorerClient(std::string address, absl::Duration timeout, const TlsFiles& tls)
    : connection_(std::make_unique<Connection>("scorer", std::move(address), timeout, tls)) {}
ScorerClient::~ScorerClient() = default;

absl::StatusOr<v1::GetScoresResponse> ScorerClient::GetScores(const v1::GetScoresRequest& request) {
  return connection_->Call(&Stub::GetScores, request);
}

absl::StatusOr<v1::ListScoresResponse> ScorerClient::ListScores(const v1::ListScoresRequest& request) {
  return connection_->Call(&Stub::ListScores, request);
}

absl::StatusOr<v1::ListAtRiskResponse> ScorerClient::ListAtRisk(const v1::ListAtRiskRequest& request) {
  return connection_->Call(&Stub::ListAtRisk, request);
}

absl::StatusOr<v1::SegmentSummary> ScorerClient::GetSegmentSummary() {
  return connection_->Call(&Stub::GetSegmentSummary, v1::GetSegmentSummaryRequest());
}

absl::StatusOr<v1::ExplainResponse> ScorerClient::Explain(const v1::ExplainRequest& request) {
  return connection_->Call(&Stub::Explain, request);
}

absl::StatusOr<v1::ScorerStatus> ScorerClient::GetStatus() {
  return connection_->Call(&Stub::GetStatus, v1::GetStatusRequest());
}

}  // namespace ebb
