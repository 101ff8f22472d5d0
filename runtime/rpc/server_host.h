// A process's gRPC server: listener, limits, health, reflection and an orderly end.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "grpcpp/impl/codegen/service_type.h"
#include "grpcpp/server.h"
#include "runtime/config.h"
#include "runtime/flag_value.h"
#include "runtime/mutex.h"

namespace ebb {

struct ServerOptions {
  HostPort listen{"127.0.0.1", 0};  // port 0: the system chooses
  std::string tls_cert = {};        // with tls_key: serve TLS with this certificate chain (PEM files)
  std::string tls_key = {};
  std::string tls_client_ca = {};  // with the above: only clients with a certificate signed by one of these get in
  bool plaintext_beyond_loopback = false;  // say it aloud: anybody on the network may read and call
  bool reflection = true;
  int max_message_bytes = 16 << 20;
  int max_streams = 256;           // calls at once on one connection
  ByteSize max_memory = MiB(512);  // for gRPC's own buffers, over all connections
  absl::Duration drain_time = absl::Seconds(10);
};

// Declares --listen, --tls-cert, --tls-key, --tls-client-ca, --plaintext-beyond-loopback, --reflection,
// --max-message-bytes, --max-streams,
// --max-rpc-memory and --drain-time.
void AddServerFlags(ServerOptions* options, Flags* flags);

// Serves from Start until Drain or destruction. Thread-safe.
class ServerHost {
 public:
  // `services` are borrowed and must outlive the host. They may be called before Start returns.
  // INVALID_ARGUMENT or NOT_FOUND: TLS files; FAILED_PRECONDITION: a plaintext listener beyond loopback, or the port is
  // taken; messages say what to do.
  static absl::StatusOr<std::unique_ptr<ServerHost>> Start(const ServerOptions& options,
                                                           const std::vector<grpc::Service*>& services);
  ~ServerHost();  // drains
  ServerHost(const ServerHost&) = delete;
  ServerHost& operator=(const ServerHost&) = delete;

  int port() const { return port_; }
  // Where clients on this machine reach it, such as `127.0.0.1:7500`.
  std::string address() const;

  // grpc.health.v1: a service is NOT_SERVING until it is set otherwise; the process as a whole (the empty name) is
  // SERVING when at least one service is known and all known ones are.
  void SetServing(absl::string_view service, bool serving);

  // Called once at the start of Drain, before calls are waited for: the place to close long streams (StreamSet::Close).
  void OnDrain(std::function<void()> action);

  // Health goes NOT_SERVING, new calls are refused, running ones may end within drain_time and are cancelled after it.
  // Returns when none is left. Later calls return at once.
  void Drain();

 private:
  ServerHost(const ServerOptions& options, std::unique_ptr<grpc::Server> server, int port);

  const ServerOptions options_;
  const int port_;
  Mutex mutex_;
  std::map<std::string, bool> serving_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::function<void()>> drain_actions_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  const std::unique_ptr<grpc::Server> server_;
};

}  // namespace ebb
