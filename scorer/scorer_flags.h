#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "runtime/config.h"
#include "runtime/rpc/server_host.h"

namespace ebb::scorer {

// Everything that can be set about a scorer.
struct Options {
  Options() { server.listen = {"127.0.0.1", 7502}; }

  ServerOptions server;
  std::string data_dir;
  HostPort feature_store{"127.0.0.1", 7500};
  HostPort trainer{"127.0.0.1", 7501};
  // For calls to store and trainer. Empty: plaintext.
  std::string peer_tls_ca;
  std::string peer_tls_cert;
  std::string peer_tls_key;
  // Longest wait before a lost peer is tried again.
  absl::Duration reconnect_wait = absl::Seconds(5);
  double publish_delta = 0.01;
  // 0: the declared one, or else the model's own.
  double risk_threshold = 0;
  // File of the segments; empty: the default ones.
  std::string segments;
  size_t max_subscribers = 10'000;
  // Newest challengers that are compared with the champion; 0: none.
  size_t shadow_challengers = 1;
  // Of customers, compared with them.
  double shadow_share = 0.1;
  // A protobuf text file of ebb.v1.OfferCatalogue, `default` or `none`. Empty: `default`, or `none` where segments are
  // the shop's own.
  std::string offers;
  // Decisions and outcomes older than that leave the ledger; the feature store keeps its own by its retention.
  absl::Duration keep_offer_decisions = absl::Hours(24) * 1'096;
  std::optional<HostPort> metrics_listen;
};

void AddFlags(Options* options, Flags* flags);

}  // namespace ebb::scorer
