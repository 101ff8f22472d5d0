#include "runtime/rpc/server_host.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "grpc/support/log.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"
#include "runtime/log.h"
#include "runtime/rpc/tls_files.h"

namespace ebb {
namespace {

bool IsLoopback(absl::string_view host) {
  return host == "localhost" || host == "::1" || absl::StartsWith(host, "127.");
}

// gRPC's own complaints become lines of our log.
void LogFromGrpc(gpr_log_func_args* line) {
  const Level level = line->severity == GPR_LOG_SEVERITY_ERROR ? Level::kWarning : Level::kDebug;
  Log(level, "grpc", line->message, {{"file", line->file}, {"line", line->line}});
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> Credentials(const ServerOptions& options) {
  if (options.tls_cert.empty() != options.tls_key.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key belong together: give both or none");
  }
  if (options.tls_cert.empty()) {
    if (!options.tls_client_ca.empty()) {
      return absl::InvalidArgumentError(
          "--tls-client-ca needs --tls-cert and --tls-key: clients are checked over TLS only");
    }
    if (!IsLoopback(options.listen.host) && !options.plaintext_beyond_loopback) {
      return absl::FailedPreconditionError(
          absl::StrCat("--listen ", FormatFlagValue(options.listen),
                       " would serve beyond this machine in plaintext; give --tls-cert and --tls-key, listen on "
                       "127.0.0.1, or say --plaintext-beyond-loopback where the network is trusted"));
    }
    return grpc::InsecureServerCredentials();
  }
  // No AuthMetadataProcessor, ever: with one set, gRPC 1.51 aborts on a header that any client can send.
  grpc::SslServerCredentialsOptions tls(options.tls_client_ca.empty()
                                            ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                            : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  absl::StatusOr<std::string> cert = ReadPemFile("tls-cert", options.tls_cert);
  absl::StatusOr<std::string> key = ReadPemFile("tls-key", options.tls_key);
  if (!cert.ok()) return cert.status();
  if (!key.ok()) return key.status();
  tls.pem_key_cert_pairs.push_back({*std::move(key), *std::move(cert)});
  if (!options.tls_client_ca.empty()) {
    absl::StatusOr<std::string> ca = ReadPemFile("tls-client-ca", options.tls_client_ca);
    if (!ca.ok()) return ca.status();
    tls.pem_root_certs = *std::move(ca);
  }
  return grpc::SslServerCredentials(tls);
}

void SetLimits(const ServerOptions& options, grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(options.max_message_bytes);
  builder->SetMaxSendMessageSize(options.max_message_bytes);
  builder->SetResourceQuota(grpc::ResourceQuota("server").Resize(options.max_memory.bytes));
  // Only reflection uses the synchronous API.
  builder->SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder->SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
  builder->SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 2);
  const std::pair<const char*, int> arguments[] = {
      {GRPC_ARG_ALLOW_REUSEPORT, 0},  // two servers on one port would share its calls at random
      {GRPC_ARG_MAX_METADATA_SIZE, 8 << 10},
      {GRPC_ARG_MAX_CONCURRENT_STREAMS, options.max_streams},
      {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 5'000},
      {GRPC_ARG_KEEPALIVE_TIME_MS, 20'000},
      {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000},
      {GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0},
      {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000},
      {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
      {GRPC_ARG_MAX_CONNECTION_IDLE_MS, 15 * 60 * 1000},
      {GRPC_ARG_HTTP2_WRITE_BUFFER_SIZE, 16 << 10},  // most that waits for a stream's next message
  };
  for (const auto& [name, value] : arguments) builder->AddChannelArgument(name, value);
}

// gRPC does not say why it could not listen: the same attempt by hand does.
absl::Status WhyNotListening(const HostPort& listen) {
  const std::string address = FormatFlagValue(listen);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int lookup = getaddrinfo(listen.host.c_str(), std::to_string(listen.port).c_str(), &hints, &found);
  if (lookup != 0) {
    return absl::InvalidArgumentError(absl::StrCat("cannot listen on ", address, ": ", gai_strerror(lookup)));
  }
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const bool taken = bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen.port == 0 || ::listen(fd, 1) != 0;
  const int error = taken ? errno : 0;
  close(fd);
  freeaddrinfo(found);
  if (error == EADDRINUSE) {
    return absl::FailedPreconditionError(absl::StrCat("port ", listen.port, " on ", listen.host,
                                                      " is taken by another process; stop it (ss -ltnp shows it) or "
                                                      "choose another port with --listen"));
  }
  if (error == EACCES) {
    return absl::FailedPreconditionError(
        absl::StrCat("port ", listen.port, " is reserved for root; choose one from 1024 with --listen"));
  }
  const char* why = error == 0 ? "gRPC refused it (are the TLS files a matching pair?)" : std::strerror(error);
  return absl::FailedPreconditionError(absl::StrCat("cannot listen on ", address, ": ", why));
}

}  // namespace

void AddServerFlags(ServerOptions* options, Flags* flags) {
  flags->Add("listen", &options->listen, "Address to serve on; port 0 lets the system choose");
  flags->Add("tls-cert", &options->tls_cert, "PEM file of the server's certificate chain; empty: plaintext");
  flags->Add("tls-key", &options->tls_key, "PEM file of the server's private key");
  flags->Add("tls-client-ca", &options->tls_client_ca,
             "PEM file of the authorities that sign clients; empty: any client");
  flags->Add("plaintext-beyond-loopback", &options->plaintext_beyond_loopback,
             "Serve other machines without TLS: anybody on the network may read and call");
  flags->Add("reflection", &options->reflection, "Let tools such as grpcurl ask for the services");
  flags->Add("max-message-bytes", &options->max_message_bytes, "Largest message taken or sent, in bytes",
             Between(64 << 10, 256 << 20));
  flags->Add("max-streams", &options->max_streams, "Calls at once on one connection", Between(1, 100'000));
  flags->Add("max-rpc-memory", &options->max_memory, "Memory for gRPC's buffers over all connections",
             AtLeast(MiB(16)));
  flags->Add("drain-time", &options->drain_time, "How long running calls may take to end at shutdown",
             Between(absl::ZeroDuration(), absl::Hours(1)));
}

ServerHost::ServerHost(const ServerOptions& options, std::unique_ptr<grpc::Server> server, int port)
    : options_(options), port_(port), server_(std::move(server)) {}

ServerHost::~ServerHost() { Drain(); }

absl::StatusOr<std::unique_ptr<ServerHost>> ServerHost::Start(const ServerOptions& options,
                                                              const std::vector<grpc::Service*>& services) {
  gpr_set_log_function(LogFromGrpc);
  absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> credentials = Credentials(options);
  if (!credentials.ok()) return credentials.status();
  // Both are settings of the process; the builders read them.
  grpc::EnableDefaultHealthCheckService(true);
  if (options.reflection) grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetLimits(options, &builder);
  int port = 0;
  builder.AddListeningPort(FormatFlagValue(options.listen), *credentials, &port);
  for (grpc::Service* service : services) builder.RegisterService(service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) return WhyNotListening(options.listen);
  server->GetHealthCheckService()->SetServingStatus(false);
  std::unique_ptr<ServerHost> host(new ServerHost(options, std::move(server), port));
  Log(Level::kInfo, "server", "listening", {{"address", host->address()}, {"tls", !options.tls_cert.empty()}});
  return host;
}

std::string ServerHost::address() const {
  const std::string& host = options_.listen.host;
  const bool everywhere = host == "0.0.0.0" || host == "::";
  return FormatFlagValue(HostPort{everywhere ? "127.0.0.1" : host, static_cast<uint16_t>(port_)});
}

void ServerHost::SetServing(absl::string_view service, bool serving) {
  MutexLock lock(&mutex_);
  if (draining_) return;
  serving_[std::string(service)] = serving;
  bool all = true;
  for (const auto& [name, each] : serving_) all = all && each;
  grpc::HealthCheckServiceInterface* health = server_->GetHealthCheckService();
  health->SetServingStatus(std::string(service), serving);
  health->SetServingStatus("", all);
}

void ServerHost::OnDrain(std::function<void()> action) {
  MutexLock lock(&mutex_);
  drain_actions_.push_back(std::move(action));
}

void ServerHost::Drain() {
  std::vector<std::function<void()>> actions;
  {
    MutexLock lock(&mutex_);
    if (draining_) return;
    draining_ = true;
    actions.swap(drain_actions_);
  }
  server_->GetHealthCheckService()->Shutdown();  // NOT_SERVING for good, for those who watch it too
  for (const std::function<void()>& action : actions) action();
  server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMicroseconds(options_.drain_time));
  server_->Wait();
}

}  // namespace ebb
