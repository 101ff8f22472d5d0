// One service as a client sees it: its name for people, its address, how to call it. Internal to clients/cpp; the only
// header here (with stream_reader.h) that shows gRPC.
#pragma once

#include <grpcpp/client_context.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/cpp/endpoints.h"
#include "runtime/rpc/channel.h"

namespace ebb {

// The same code, message and details. UNAVAILABLE says which service at which address it is of, and "cannot reach" only
// where there was no connection: a server that is there and says UNAVAILABLE keeps its own words.
absl::Status PeerStatus(const grpc::Status& status, const std::string& service, const std::string& address);

template <typename Service>
struct Peer {
  Peer(std::string name, std::string at, absl::Duration limit, const TlsFiles& tls)
      : service(std::move(name)), address(std::move(at)), timeout(limit) {
    ChannelOptions options;
    options.address = address;
    options.tls_ca = tls.ca;
    options.tls_cert = tls.cert;
    options.tls_key = tls.key;
    options.max_message_bytes = 64 << 20;
    const auto channel = OpenChannel(options);
    problem = channel.status();
    if (channel.ok()) stub = Service::NewStub(*channel);
  }

  // One unary call with the deadline.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request) const {
    if (!problem.ok()) return problem;
    grpc::ClientContext context;
    SetDeadline(timeout, &context);
    Response response;
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    if (!status.ok()) return PeerStatus(status, service, address);
    return response;
  }

  const std::string service;
  const std::string address;
  const absl::Duration timeout;
  // Why there is no stub: the address cannot be one, or the TLS files cannot be used.
  absl::Status problem;
  std::unique_ptr<typename Service::Stub> stub;
};

}  // namespace ebb
