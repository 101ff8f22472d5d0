// Client side: channels that notice a dead peer and calls that end.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace ebb {

struct ChannelOptions {
  std::string address = {};   // `host:port`
  std::string tls_ca = {};    // file of the certificates that may have signed the server's; empty: plaintext
  std::string tls_cert = {};  // with tls_key: this client's own certificate, where the server asks for one
  std::string tls_key = {};
  int max_message_bytes = 16 << 20;
};

// A channel that connects when first used, and again after a loss, waiting 0.1 s at first and at most 5 s between
// tries; a silent peer is found by a ping within 30 s of a running call. Thread-safe, shared by all stubs. Errors: what
// is wrong with the files or the address.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const ChannelOptions& options);

// Every call gets one of these: the call ends with DEADLINE_EXCEEDED after `timeout`.
void SetDeadline(absl::Duration timeout, grpc::ClientContext* context);

}  // namespace ebb
