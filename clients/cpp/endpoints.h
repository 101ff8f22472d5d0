// Where the three services listen.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace ebb {

// Addresses as gRPC takes them: `127.0.0.1:7500`. Of the eight ports from a base three are these, three are their
// metrics (kMetricsOffset), the others are kept for Ebb.
struct Endpoints {
  std::string feature_store;
  std::string trainer;
  std::string scorer;
};

// PEM files for talking TLS to services that ask for it. All empty: plaintext.
struct TlsFiles {
  // The certificates that may have signed the services'.
  std::string ca = {};
  // The caller's own, where the services ask for one: both or none.
  std::string cert = {};
  std::string key = {};

  bool empty() const { return ca.empty() && cert.empty() && key.empty(); }
};

inline constexpr int kDefaultPortBase = 7500;

// From a service's port: where `ebb up --metrics` serves its metrics for Prometheus, over HTTP.
inline constexpr int kMetricsOffset = 4;

// The three services on loopback: store at the base, trainer +1, scorer +2. 1024 <= port_base <= 65528.
absl::StatusOr<Endpoints> LoopbackEndpoints(int port_base);

}  // namespace ebb
