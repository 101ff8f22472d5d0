// How a handler of a unary call ends it once the logic has spoken.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/support/server_callback.h"
#include "runtime/rpc/status.h"

namespace ebb {

// The reactor for the handler to return; the call is finished.
inline grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

// The same with the answer moved into `response`, where there is one.
template <typename T>
grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, absl::StatusOr<T> answer, T* response) {
  if (answer.ok()) *response = *std::move(answer);
  return Answer(context, answer.status());
}

}  // namespace ebb
