// How a handler of a unary call ends it once the logic has spoken.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/support/server_callback.h"
#include "runtime/rpc/error_details.h"
#include "runtime/rpc/status.h"
#include "runtime/work_pool.h"

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

// The same for work that is too long for gRPC's threads: it runs on one of the pool's; RESOURCE_EXHAUSTED where too
// many wait already. A caller who has gone meanwhile costs no work. What `work` refers to must outlive the pool; the
// request lives until the call is finished.
template <typename T, typename Work>
grpc::ServerUnaryReactor* AnswerFrom(WorkPool* pool, grpc::CallbackServerContext* context, Work work, T* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const bool taken = pool->TryRun([context, reactor, response, work = std::move(work)] {
    if (context->IsCancelled()) return reactor->Finish(grpc::Status::CANCELLED);
    absl::StatusOr<T> answer = work();
    if (answer.ok()) *response = *std::move(answer);
    reactor->Finish(ToGrpcStatus(answer.status()));
  });
  if (!taken) {
    reactor->Finish(ToGrpcStatus(
        WithRetryDelay(absl::ResourceExhaustedError("too many calls of this kind are waiting: try again in a second"),
                       absl::Seconds(1))));
  }
  return reactor;
}

}  // namespace ebb
