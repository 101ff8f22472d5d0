// A live stream of scores that survives the scorer's restarts.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/cpp/endpoints.h"
#include "ebb/v1/scorer_service.pb.h"

namespace ebb {

// Belongs to one thread. After a broken connection it connects again with growing, jittered waits and goes on from the
// last resume token: nothing is missed, and per customer no older score follows a newer one (I6).
class ScoreSubscription {
 public:
  struct Options {
    std::string address;
    TlsFiles tls = {};
    // Filter, snapshot and first resume token are taken from here. The heartbeat is set to 5 s where absent.
    v1::SubscribeRequest request;
    absl::Duration first_backoff = absl::Milliseconds(100);
    absl::Duration most_backoff = absl::Seconds(2);
    // Gives up when there was no message within this time from the first attempt. Once there was one, it goes on for
    // ever.
    absl::Duration connect_limit = absl::Seconds(10);
    uint64_t seed = 0;
    // The connection was lost; the next attempt follows after the wait.
    std::function<void(const absl::Status&, absl::Duration wait)> on_disconnect = {};
  };

  explicit ScoreSubscription(Options options);
  ~ScoreSubscription();

  // The next message (heartbeats too), or nothing when `timeout` has passed. Errors are final: the scorer cannot be
  // reached at all, or it refuses the subscription (OUT_OF_RANGE: the token is of another scorer; INVALID_ARGUMENT: the
  // filter).
  absl::StatusOr<std::optional<v1::SubscribeResponse>> Next(absl::Duration timeout);

  // Where to go on; empty before the first message.
  const std::string& resume_token() const;

 private:
  class Engine;
  const std::unique_ptr<Engine> engine_;
};

}  // namespace ebb
