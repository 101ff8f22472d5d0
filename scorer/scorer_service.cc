#include "scorer/scorer_service.h"

#include <memory>
#include <string>
#include <utility>

#include "runtime/rpc/answer.h"
#include "scorer/subscription.h"

namespace ebb::scorer {
namespace {

class SubscriptionStream final : public StreamSource<v1::SubscribeResponse> {
 public:
  explicit SubscriptionStream(Subscription subscription) : subscription_(std::move(subscription)) {}

  Pull Next(v1::SubscribeResponse* message) override {
    return subscription_.Next(message) ? Pull::kMessage : Pull::kIdle;
  }
  bool Heartbeat(v1::SubscribeResponse* message) override {
    subscription_.FillProgress(message);
    return true;
  }

 private:
  Subscription subscription_;
};

}  // namespace

ScorerService::ScorerService(uint64_t source_id, const ScoreBoard* board, const ModelSlot* slot, InputsLookup inputs,
                             size_t max_subscribers, std::function<v1::ScorerStatus()> status)
    : source_id_(source_id),
      board_(board),
      queries_(source_id, board, slot),
      explanations_(slot, inputs),
      what_if_(slot, std::move(inputs)),
      status_(std::move(status)),
      subscribers_({.max_streams = max_subscribers}) {}

void ScorerService::Close() {
  subscribers_.Close(absl::UnavailableError("the scorer is stopping: subscribe again with the last resume_token"));
}

grpc::ServerWriteReactor<v1::SubscribeResponse>* ScorerService::Subscribe(grpc::CallbackServerContext*,
                                                                          const v1::SubscribeRequest* request) {
  auto subscription = Subscription::Make(*request, source_id_, board_);
  if (!subscription.ok()) {
    return subscribers_.Serve<v1::SubscribeResponse>(RefusedStream<v1::SubscribeResponse>(subscription.status()),
                                                     absl::InfiniteDuration());
  }
  const absl::Duration heartbeat = subscription->heartbeat();
  return subscribers_.Serve<v1::SubscribeResponse>(std::make_unique<SubscriptionStream>(*std::move(subscription)),
                                                   heartbeat);
}

grpc::ServerUnaryReactor* ScorerService::GetScores(grpc::CallbackServerContext* context,
                                                   const v1::GetScoresRequest* request,
                                                   v1::GetScoresResponse* response) {
  return Answer(context, queries_.GetScores(*request), response);
}

grpc::ServerUnaryReactor* ScorerService::ListScores(grpc::CallbackServerContext* context,
                                                    const v1::ListScoresRequest* request,
                                                    v1::ListScoresResponse* response) {
  return Answer(context, queries_.ListScores(*request), response);
}

grpc::ServerUnaryReactor* ScorerService::ListAtRisk(grpc::CallbackServerContext* context,
                                                    const v1::ListAtRiskRequest* request,
                                                    v1::ListAtRiskResponse* response) {
  return Answer(context, queries_.ListAtRisk(*request), response);
}

grpc::ServerUnaryReactor* ScorerService::GetSegmentSummary(grpc::CallbackServerContext* context,
                                                           const v1::GetSegmentSummaryRequest*,
                                                           v1::SegmentSummary* response) {
  return Answer(context, queries_.SummarizeSegments(), response);
}

grpc::ServerUnaryReactor* ScorerService::Explain(grpc::CallbackServerContext* context,
                                                 const v1::ExplainRequest* request, v1::ExplainResponse* response) {
  return Answer(context, explanations_.Explain(*request), response);
}

grpc::ServerUnaryReactor* ScorerService::ScoreVector(grpc::CallbackServerContext* context,
                                                     const v1::ScoreVectorRequest* request,
                                                     v1::ScoreVectorResponse* response) {
  return Answer(context, what_if_.ScoreVector(*request), response);
}

grpc::ServerUnaryReactor* ScorerService::GetStatus(grpc::CallbackServerContext* context, const v1::GetStatusRequest*,
                                                   v1::ScorerStatus* response) {
  v1::ScorerStatus status = status_();
  status.set_subscribers(static_cast<int32_t>(subscribers_.size()));
  return Answer<v1::ScorerStatus>(context, std::move(status), response);
}

}  // namespace ebb::scorer
