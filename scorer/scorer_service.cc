#include "scorer/scorer_service.h"

#include <memory>
#include <string>
#include <utility>

#include "runtime/rpc/error_details.h"
#include "runtime/rpc/status.h"
#include "scorer/request_error.h"
#include "scorer/subscription.h"

namespace ebb::scorer {
namespace {

// With the google.rpc details that programs act on.
absl::Status ForTheWire(const absl::Status& status) {
  const std::string field = FieldOf(status);
  const std::string reason = ReasonOf(status);
  absl::Status plain(status.code(), status.message());
  if (!field.empty()) plain = WithFieldViolation(plain, field, status.message());
  if (!reason.empty()) plain = WithErrorInfo(plain, reason);
  return plain;
}

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

// The stream of a request that was refused.
class RefusedStream final : public StreamSource<v1::SubscribeResponse> {
 public:
  explicit RefusedStream(absl::Status status) : status_(std::move(status)) {}
  Pull Next(v1::SubscribeResponse*) override { return Pull::kDone; }
  absl::Status status() const override { return status_; }

 private:
  const absl::Status status_;
};

template <typename Response>
grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, absl::StatusOr<Response> answer,
                                 Response* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (answer.ok()) *response = *std::move(answer);
  reactor->Finish(ToGrpcStatus(ForTheWire(answer.status())));
  return reactor;
}

}  // namespace

ScorerService::ScorerService(uint64_t source_id, const ScoreBoard* board, const ModelSlot* slot, size_t max_subscribers,
                             std::function<v1::ScorerStatus()> status)
    : source_id_(source_id),
      board_(board),
      queries_(source_id, board, slot),
      status_(std::move(status)),
      subscribers_(max_subscribers) {}

void ScorerService::Close() {
  subscribers_.Close(absl::UnavailableError("the scorer is stopping: subscribe again with the last resume_token"));
}

grpc::ServerWriteReactor<v1::SubscribeResponse>* ScorerService::Subscribe(grpc::CallbackServerContext*,
                                                                          const v1::SubscribeRequest* request) {
  auto subscription = Subscription::Make(*request, source_id_, board_);
  if (!subscription.ok()) {
    return subscribers_.Serve<v1::SubscribeResponse>(std::make_unique<RefusedStream>(ForTheWire(subscription.status())),
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

grpc::ServerUnaryReactor* ScorerService::GetStatus(grpc::CallbackServerContext* context, const v1::GetStatusRequest*,
                                                   v1::ScorerStatus* response) {
  v1::ScorerStatus status = status_();
  status.set_subscribers(static_cast<int32_t>(subscribers_.size()));
  return Answer<v1::ScorerStatus>(context, std::move(status), response);
}

}  // namespace ebb::scorer
