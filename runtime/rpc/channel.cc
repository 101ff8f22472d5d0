#include "runtime/rpc/channel.h"

#include <algorithm>
#include <chrono>

#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "runtime/flag_value.h"
#include "runtime/rpc/tls_files.h"

namespace ebb {
namespace {

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(const ChannelOptions& options) {
  if (options.tls_cert.empty() != options.tls_key.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key belong together: give both or none");
  }
  if (options.tls_ca.empty()) {
    if (options.tls_cert.empty()) return grpc::InsecureChannelCredentials();
    return absl::InvalidArgumentError("--tls-cert needs --tls-ca: name the certificate that signed the server's");
  }
  grpc::SslCredentialsOptions tls;
  absl::StatusOr<std::string> ca = ReadPemFile("tls-ca", options.tls_ca);
  if (!ca.ok()) return ca.status();
  tls.pem_root_certs = *std::move(ca);
  if (!options.tls_cert.empty()) {
    absl::StatusOr<std::string> cert = ReadPemFile("tls-cert", options.tls_cert);
    absl::StatusOr<std::string> key = ReadPemFile("tls-key", options.tls_key);
    if (!cert.ok()) return cert.status();
    if (!key.ok()) return key.status();
    tls.pem_cert_chain = *std::move(cert);
    tls.pem_private_key = *std::move(key);
  }
  return grpc::SslCredentials(tls);
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const ChannelOptions& options) {
  HostPort address;
  const absl::Status parsed = ParseFlagValue(options.address, &address);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("address \"", options.address, "\": ", parsed.message()));
  }
  absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> credentials = Credentials(options);
  if (!credentials.ok()) return credentials.status();
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);  // also the least time for one connection attempt
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetMaxReceiveMessageSize(options.max_message_bytes);
  arguments.SetMaxSendMessageSize(options.max_message_bytes);
  return grpc::CreateCustomChannel(FormatFlagValue(address), *credentials, arguments);
}

void SetDeadline(absl::Duration timeout, grpc::ClientContext* context) {
  // Far enough to be never, near enough not to overflow.
  const absl::Duration bounded = std::min(timeout, absl::Hours(24 * 365));
  context->set_deadline(std::chrono::system_clock::now() + absl::ToChronoMicroseconds(bounded));
}

}  // namespace ebb
