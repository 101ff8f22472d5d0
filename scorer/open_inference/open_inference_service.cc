#include "scorer/open_inference/open_inference_service.h"

#include <utility>

#include "absl/time/time.h"
#include "runtime/rpc/answer.h"
#include "runtime/rpc/error_details.h"
#include "runtime/rpc/status.h"

namespace ebb::scorer {

grpc::ServerUnaryReactor* OpenInferenceService::ServerLive(grpc::CallbackServerContext* context,
                                                           const inference::ServerLiveRequest*,
                                                           inference::ServerLiveResponse* response) {
  response->set_live(true);
  return Answer(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* OpenInferenceService::ServerReady(grpc::CallbackServerContext* context,
                                                            const inference::ServerReadyRequest*,
                                                            inference::ServerReadyResponse* response) {
  response->set_ready(queries_.IsServerReady());
  return Answer(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* OpenInferenceService::ModelReady(grpc::CallbackServerContext* context,
                                                           const inference::ModelReadyRequest* request,
                                                           inference::ModelReadyResponse* response) {
  response->set_ready(queries_.IsModelReady(*request));
  return Answer(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* OpenInferenceService::ServerMetadata(grpc::CallbackServerContext* context,
                                                               const inference::ServerMetadataRequest*,
                                                               inference::ServerMetadataResponse* response) {
  *response = queries_.ServerMetadata();
  return Answer(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* OpenInferenceService::ModelMetadata(grpc::CallbackServerContext* context,
                                                              const inference::ModelMetadataRequest* request,
                                                              inference::ModelMetadataResponse* response) {
  return Answer(context, queries_.ModelMetadata(*request), response);
}

grpc::ServerUnaryReactor* OpenInferenceService::ModelInfer(grpc::CallbackServerContext* context,
                                                           const inference::ModelInferRequest* request,
                                                           inference::ModelInferResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const auto infer = [this, context, request, response, reactor] {
    auto answer = queries_.Infer(*request, [context] { return context->IsCancelled(); });
    if (answer.ok()) *response = *std::move(answer);
    reactor->Finish(ToGrpcStatus(answer.status()));
  };
  if (!inferring_.TryRun(infer)) {
    reactor->Finish(ToGrpcStatus(WithRetryDelay(
        absl::ResourceExhaustedError("too many inferences are waiting already; try again later"), absl::Seconds(1))));
  }
  return reactor;
}

}  // namespace ebb::scorer
