#pragma once

#include <cstdint>
#include <functional>

#include "ebb/v1/scorer_service.grpc.pb.h"
#include "runtime/rpc/server_stream.h"
#include "runtime/work_pool.h"
#include "scorer/explanation_queries.h"
#include "scorer/reason_writer.h"
#include "scorer/score_board.h"
#include "scorer/score_queries.h"
#include "scorer/segments/segment_queries.h"
#include "scorer/shadow/shadow_challengers.h"
#include "scorer/what_if_queries.h"

namespace ebb::scorer {

// The Scorer service on the wire: checks are in Subscription and the queries, here they only become gRPC. Thread-safe;
// must outlive its server.
class ScorerService final : public v1::Scorer::CallbackService {
 public:
  // All borrowed; they may be constructed after the service, before its server.
  struct Parts {
    uint64_t source_id = 0;
    const ScoreBoard* board = nullptr;
    const ModelSlot* slot = nullptr;
    const ScoringEngine* engine = nullptr;
    const SegmentCatalogue* catalogue = nullptr;
    const ShadowChallengers* shadow = nullptr;
    WorkPool* long_calls = nullptr;  // explanations, portraits and comparisons
    size_t max_subscribers = 0;
    std::function<v1::ScorerStatus()> status;  // fills all of ScorerStatus but the subscribers
  };
  explicit ScorerService(const Parts& parts);

  // Subscribers look for news. Cheap; without locks held.
  void Wake() { subscribers_.WakeAll(); }
  // With the subscribers.
  v1::ScorerStatus Status() const;
  // Ends all subscriptions: the process is stopping.
  void Close();

  grpc::ServerWriteReactor<v1::SubscribeResponse>* Subscribe(grpc::CallbackServerContext* context,
                                                             const v1::SubscribeRequest* request) override;
  grpc::ServerUnaryReactor* GetScores(grpc::CallbackServerContext* context, const v1::GetScoresRequest* request,
                                      v1::GetScoresResponse* response) override;
  grpc::ServerUnaryReactor* ListScores(grpc::CallbackServerContext* context, const v1::ListScoresRequest* request,
                                       v1::ListScoresResponse* response) override;
  grpc::ServerUnaryReactor* ListAtRisk(grpc::CallbackServerContext* context, const v1::ListAtRiskRequest* request,
                                       v1::ListAtRiskResponse* response) override;
  grpc::ServerUnaryReactor* GetSegmentSummary(grpc::CallbackServerContext* context,
                                              const v1::GetSegmentSummaryRequest* request,
                                              v1::SegmentSummary* response) override;
  grpc::ServerUnaryReactor* ListSegments(grpc::CallbackServerContext* context, const v1::ListSegmentsRequest* request,
                                         v1::ListSegmentsResponse* response) override;
  grpc::ServerUnaryReactor* CheckSegments(grpc::CallbackServerContext* context, const v1::CheckSegmentsRequest* request,
                                          v1::CheckSegmentsResponse* response) override;
  grpc::ServerUnaryReactor* ProfileSegment(grpc::CallbackServerContext* context,
                                           const v1::ProfileSegmentRequest* request,
                                           v1::SegmentProfile* response) override;
  grpc::ServerUnaryReactor* Explain(grpc::CallbackServerContext* context, const v1::ExplainRequest* request,
                                    v1::ExplainResponse* response) override;
  grpc::ServerUnaryReactor* ScoreVector(grpc::CallbackServerContext* context, const v1::ScoreVectorRequest* request,
                                        v1::ScoreVectorResponse* response) override;
  grpc::ServerUnaryReactor* GetShadowComparison(grpc::CallbackServerContext* context,
                                                const v1::GetShadowComparisonRequest* request,
                                                v1::GetShadowComparisonResponse* response) override;
  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context, const v1::GetStatusRequest* request,
                                      v1::ScorerStatus* response) override;

 private:
  const Parts parts_;
  const ScoreQueries queries_;
  const SegmentQueries segments_;
  const ExplanationQueries explanations_;
  const WhatIfQueries what_if_;
  const ReasonWriter reasons_;
  StreamSet subscribers_;
};

}  // namespace ebb::scorer
