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
  SubscriptionStream(Subscription subscription, const ReasonsWanted& reasons_wanted, const ReasonWriter* reasons,
                     ScorerFigures* figures)
      : subscription_(std::move(subscription)), reasons_wanted_(reasons_wanted), reasons_(reasons), figures_(figures) {}

  Pull Next(v1::SubscribeResponse* message) override {
    if (!subscription_.Next(message)) return Pull::kIdle;
    if (message->has_score()) reasons_->Fill(reasons_wanted_, message->mutable_score());
    figures_->AddSent(*message, caught_up_);
    caught_up_ |= message->caught_up();
    return Pull::kMessage;
  }
  bool Heartbeat(v1::SubscribeResponse* message) override {
    subscription_.FillProgress(message);
    figures_->AddSent(*message, caught_up_);
    return true;
  }

 private:
  Subscription subscription_;
  const ReasonsWanted reasons_wanted_;
  const ReasonWriter* const reasons_;
  ScorerFigures* const figures_;
  bool caught_up_ = false;
};

InputsLookup InputsFrom(const ScoringEngine* engine) {
  return [engine](std::string_view customer_id, const TrainedModel& model) {
    return engine->InputsOf(customer_id, model);
  };
}

}  // namespace

ScorerService::ScorerService(const Parts& parts)
    : parts_(parts),
      queries_(parts.source_id, parts.board, parts.slot, parts.catalogue),
      segments_(parts.board, parts.slot, parts.engine, parts.catalogue),
      explanations_(parts.slot, InputsFrom(parts.engine)),
      what_if_(parts.slot, InputsFrom(parts.engine)),
      reasons_(parts.slot, InputsFrom(parts.engine)),
      subscribers_({.max_streams = parts.max_subscribers, .together = true}) {}

void ScorerService::Close() {
  subscribers_.Close(absl::UnavailableError("the scorer is stopping: subscribe again with the last resume_token"));
}

grpc::ServerWriteReactor<v1::SubscribeResponse>* ScorerService::Subscribe(grpc::CallbackServerContext*,
                                                                          const v1::SubscribeRequest* request) {
  auto subscription = Subscription::Make(*request, parts_.source_id, parts_.board, parts_.catalogue);
  const auto reasons = ReasonsOf(*request);
  if (!subscription.ok() || !reasons.ok()) {
    return subscribers_.Serve<v1::SubscribeResponse>(
        RefusedStream<v1::SubscribeResponse>(subscription.ok() ? reasons.status() : subscription.status()),
        absl::InfiniteDuration());
  }
  const absl::Duration heartbeat = subscription->heartbeat();
  return subscribers_.Serve<v1::SubscribeResponse>(
      std::make_unique<SubscriptionStream>(*std::move(subscription), *reasons, &reasons_, parts_.engine->figures()),
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

grpc::ServerUnaryReactor* ScorerService::ListSegments(grpc::CallbackServerContext* context,
                                                      const v1::ListSegmentsRequest*,
                                                      v1::ListSegmentsResponse* response) {
  return Answer(context, segments_.ListSegments(), response);
}

grpc::ServerUnaryReactor* ScorerService::CheckSegments(grpc::CallbackServerContext* context,
                                                       const v1::CheckSegmentsRequest* request,
                                                       v1::CheckSegmentsResponse* response) {
  return Answer(context, segments_.CheckSegments(*request), response);
}

grpc::ServerUnaryReactor* ScorerService::ProfileSegment(grpc::CallbackServerContext* context,
                                                        const v1::ProfileSegmentRequest* request,
                                                        v1::SegmentProfile* response) {
  return AnswerFrom(
      parts_.long_calls, context, [this, request] { return segments_.ProfileSegment(*request); }, response);
}

grpc::ServerUnaryReactor* ScorerService::Explain(grpc::CallbackServerContext* context,
                                                 const v1::ExplainRequest* request, v1::ExplainResponse* response) {
  return AnswerFrom(
      parts_.long_calls, context, [this, request] { return explanations_.Explain(*request); }, response);
}

grpc::ServerUnaryReactor* ScorerService::ScoreVector(grpc::CallbackServerContext* context,
                                                     const v1::ScoreVectorRequest* request,
                                                     v1::ScoreVectorResponse* response) {
  return Answer(context, what_if_.ScoreVector(*request), response);
}

grpc::ServerUnaryReactor* ScorerService::GetShadowComparison(grpc::CallbackServerContext* context,
                                                             const v1::GetShadowComparisonRequest*,
                                                             v1::GetShadowComparisonResponse* response) {
  return AnswerFrom(
      parts_.long_calls, context,
      [this]() -> absl::StatusOr<v1::GetShadowComparisonResponse> { return parts_.shadow->Compare(); }, response);
}

v1::ScorerStatus ScorerService::Status() const {
  v1::ScorerStatus status = parts_.status();
  status.set_subscribers(static_cast<int32_t>(subscribers_.size()));
  return status;
}

grpc::ServerUnaryReactor* ScorerService::GetStatus(grpc::CallbackServerContext* context, const v1::GetStatusRequest*,
                                                   v1::ScorerStatus* response) {
  return Answer<v1::ScorerStatus>(context, Status(), response);
}

}  // namespace ebb::scorer
