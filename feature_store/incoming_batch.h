// A batch of events on its way into the store: read from the wire and checked event by event, by the thread that
// received it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/event_check.h"
#include "feature_store/event_view.h"
#include "feature_store/identity_index.h"
#include "google/protobuf/arena.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

inline constexpr int kMaxBatchEvents = 10'000;
inline constexpr size_t kMaxBatchBytes = 4 << 20;
inline constexpr size_t kMaxRejectionBytes = 2 << 20;  // with a short line for each further event: below 4 MiB

struct IncomingEvent {
  EventView view;
  bool refused = false;
  Pseudonym customer{};  // this and the next are not set where it is refused, nor is the view
  Identity identity;
};

struct IncomingBatch {
  std::string bytes;  // as received; the views point into it
  google::protobuf::Arena arena;
  absl::Time received = absl::Now();
  bool backfill = false;
  std::vector<IncomingEvent> events;
  v1::IngestResponse response;  // so far batch_id and what was refused
  size_t rejection_bytes = 0;   // of the reasons in `response`
  // Called exactly once, by a thread of the store's; must not block.
  std::function<void(absl::StatusOr<v1::IngestResponse>)> done;
};

// Turn identifiers into what the store keeps of them in memory. Borrowed.
struct IdentifierHashes {
  const Pseudonymizer* customers;
  const IdentityHash* events;
};

// Reads an IngestRequest. An event that breaks a rule, or that is no event at all, is refused by itself. Without these
// events (WithoutEvents) the bytes can be parsed as a whole.
// INVALID_ARGUMENT when the batch as a whole cannot be taken: too many bytes or events, none, or no IngestRequest.
absl::StatusOr<std::unique_ptr<IncomingBatch>> ReadBatch(std::string bytes, absl::Time now, EventLimits limits,
                                                         const IdentifierHashes& hashes);

// Says why an event of the batch is refused and counts it. Beyond kMaxRejectionBytes of reasons an event only gets a
// line that says so: any client can read the answer.
void Reject(int index, const std::vector<Violation>& violations, IncomingBatch* batch);

}  // namespace ebb::feature_store
