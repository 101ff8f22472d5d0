// Events as they lie in the bytes of a batch: what sorting needs of an event stands in its first fields, so the rest is
// carried over without being read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "absl/strings/string_view.h"
#include "ebb/storage/v1/feature_store.pb.h"

namespace ebb::feature_store {

// Views into the batch's bytes.
struct WireEvent {
  absl::string_view customer_id;
  absl::string_view event_id;
  int64_t event_time_us = 0;
  std::optional<int64_t> known_at_us;  // as the sender says
  absl::string_view body;              // the fields after known_at, tags included
};

// Reads an ebb.v1.Event in the order in which protobuf writes it: each field once, numbers ascending. False for any
// other order, which is legal but rare: such an event has to be parsed.
bool ReadWireEvent(absl::string_view bytes, WireEvent* event);

// Takes a LogEntry apart without reading the events of its batch. False when the bytes are damaged.
bool SplitLogEntry(absl::string_view bytes, storage::v1::LogEntry* header, absl::string_view* batch);

// Whether an IngestRequest is a back-fill; true also when the bytes are damaged.
bool IsBackfill(absl::string_view batch);

// Walks the events of an IngestRequest. The bytes are borrowed.
class WireBatch {
 public:
  explicit WireBatch(absl::string_view bytes) : rest_(bytes) {}
  // False at the end, or where the bytes are damaged.
  bool Next(absl::string_view* event);
  bool damaged() const { return damaged_; }

 private:
  absl::string_view rest_;
  bool damaged_ = false;
};

// The IngestRequest with an empty event in place of each of `indexes` (ascending), so that all others keep theirs. The
// bytes must not be damaged.
std::string WithoutEvents(absl::string_view batch, std::span<const uint32_t> indexes);

// Appends field known_at of an Event.
void AppendKnownAt(int64_t known_at_us, std::string* out);

}  // namespace ebb::feature_store
