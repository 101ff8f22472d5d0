#pragma once

#include "inference/open_inference_grpc.grpc.pb.h"
#include "runtime/work_pool.h"
#include "scorer/open_inference/inference_queries.h"

namespace ebb::scorer {

// inference.GRPCInferenceService on the wire: what is answered is decided in InferenceQueries. Thread-safe; borrows the
// slot; must outlive its server.
class OpenInferenceService final : public inference::GRPCInferenceService::CallbackService {
 public:
  // `inferring` are the threads that score, and how many calls may wait for them.
  explicit OpenInferenceService(const ModelSlot* slot, const WorkPool::Options& inferring = {.name = "inferring"})
      : queries_(slot), inferring_(inferring) {}

  grpc::ServerUnaryReactor* ServerLive(grpc::CallbackServerContext* context, const inference::ServerLiveRequest*,
                                       inference::ServerLiveResponse* response) override;
  grpc::ServerUnaryReactor* ServerReady(grpc::CallbackServerContext* context, const inference::ServerReadyRequest*,
                                        inference::ServerReadyResponse* response) override;
  grpc::ServerUnaryReactor* ModelReady(grpc::CallbackServerContext* context,
                                       const inference::ModelReadyRequest* request,
                                       inference::ModelReadyResponse* response) override;
  grpc::ServerUnaryReactor* ServerMetadata(grpc::CallbackServerContext* context,
                                           const inference::ServerMetadataRequest*,
                                           inference::ServerMetadataResponse* response) override;
  grpc::ServerUnaryReactor* ModelMetadata(grpc::CallbackServerContext* context,
                                          const inference::ModelMetadataRequest* request,
                                          inference::ModelMetadataResponse* response) override;
  grpc::ServerUnaryReactor* ModelInfer(grpc::CallbackServerContext* context,
                                       const inference::ModelInferRequest* request,
                                       inference::ModelInferResponse* response) override;

 private:
  const InferenceQueries queries_;
  // A batch takes up to seconds: not on gRPC's few threads, which carry the subscriptions too.
  WorkPool inferring_;
};

}  // namespace ebb::scorer
