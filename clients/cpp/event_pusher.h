// Pushes events into the feature store until every one of them is acknowledged.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "clients/cpp/endpoints.h"
#include "ebb/v1/feature_store_service.pb.h"

namespace ebb {

// Keeps a bounded window of unacknowledged batches in memory. When the connection breaks it connects again with
// growing, jittered waits and sends what is unacknowledged once more, in order: the store counts each event once (I1),
// so sending twice is safe and not sending is not. Thread-safe; the callbacks are called one at a time from a thread of
// the library and must not call the pusher.
class EventPusher {
 public:
  // An event that the store refused, with every rule that it breaks.
  struct Refusal {
    // As given to Push.
    int64_t tag;
    const v1::Event& event;
    std::vector<const v1::RejectedEvent*> reasons;
  };

  struct Options {
    std::string address;
    TlsFiles tls = {};
    // A batch is sent when it is full, when its first event has waited for `linger`, or when Flush asks for it.
    int batch_events = 1'000;
    size_t batch_bytes = 1 << 20;
    absl::Duration linger = absl::Milliseconds(50);
    // Most unacknowledged batches; Push waits beyond.
    int window = 16;
    // Keep known_at of the events (admins' back-fill).
    bool backfill = false;
    // Waits between attempts to connect; longer where the store asks for it.
    absl::Duration first_backoff = absl::Milliseconds(100);
    absl::Duration most_backoff = absl::Seconds(2);
    // A stream without an acknowledgement for so long, while something is unacknowledged, counts as broken.
    absl::Duration stall_limit = absl::Seconds(30);
    // Gives up when nothing was acknowledged within this time from the first attempt. Once something was, it goes on
    // for ever.
    absl::Duration connect_limit = absl::Seconds(10);
    // Gives up on a batch that ends so many streams in a row with an error which is neither a lost connection nor a
    // wish to come back later: the same bytes would end the next one too.
    int poison_limit = 5;
    // Of the jitter.
    uint64_t seed = 0;
    std::function<void(const Refusal&)> on_refused = {};
    // The connection was lost; the next attempt follows after the wait.
    std::function<void(const absl::Status&, absl::Duration wait)> on_disconnect = {};
  };

  // accepted + duplicate + refused = acknowledged events.
  struct Totals {
    int64_t accepted = 0;
    int64_t duplicate = 0;
    // Those of `duplicate` whose batch was sent more than once: most likely accepted the first time, their
    // acknowledgement lost.
    int64_t duplicate_after_resend = 0;
    int64_t refused = 0;
    int64_t reconnects = 0;
    int64_t acknowledged() const { return accepted + duplicate + refused; }
  };

  explicit EventPusher(Options options);
  // Drops what is unacknowledged. Call Flush before.
  ~EventPusher();

  // Takes an event; waits while the window is full. `tag` names it in refusals. Fails when pushing has failed for good
  // (the store does not answer at all, it refuses the stream as such: DENIED, INVALID_ARGUMENT, UNIMPLEMENTED, or one
  // batch keeps ending the stream: FAILED_PRECONDITION) or Stop was called (CANCELLED).
  absl::Status Push(v1::Event event, int64_t tag);
  // Sends the batch begun and waits until everything is acknowledged or `timeout` has passed (DEADLINE_EXCEEDED; call
  // it again).
  absl::Status Flush(absl::Duration timeout);
  // Ends waiting calls with CANCELLED.
  void Stop();
  Totals totals() const;

 private:
  class Engine;
  const std::unique_ptr<Engine> engine_;
};

}  // namespace ebb
