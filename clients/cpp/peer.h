// One service as a client sees it: its name for people, its address, how to call it. Internal to clients/cpp; the only header here (with
// stream_reader.h) that shows gRPC.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ebb {

// A channel that notices a dead peer within half a minute (keepalive pings) and reconnects within two seconds. Connects at the first call.
std::shared_ptr<grpc::Channel> MakePeerChannel(const std::string& address);

// The same code and message. UNAVAILABLE says which service at which address could not be reached.
absl::Status PeerStatus(const grpc::Status& status, const std::string& service, const std::string& address);

inline std::chrono::system_clock::time_point DeadlineIn(absl::Duration timeout) {
  return std::chrono::system_clock::now() + absl::ToChronoNanoseconds(timeout);
}

template <typename Service>
struct Peer {
  Peer(std::string name, std::string at, absl::Duration limit)
      : service(std::move(name)), address(std::move(at)), timeout(limit), stub(Service::NewStub(MakePeerChannel(address))) {}

  // One unary call with the deadline.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request) const {
    grpc::ClientContext context;
    context.set_deadline(DeadlineIn(timeout));
    Response response;
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    if (!status.ok()) return PeerStatus(status, service, address);
    return response;
  }

  const std::string service;
  const std::string address;
  const absl::Duration timeout;
  const std::unique_ptr<typename Service::Stub> stub;
};

}  // namespace ebb
