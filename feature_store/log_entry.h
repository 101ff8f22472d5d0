// An entry of the log: its bytes, and which events it makes count.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ebb/storage/v1/feature_store.pb.h"

namespace ebb::feature_store {

// `header` is an entry without its batch, `batch` an IngestRequest as it came from the wire: the bytes are not parsed
// and serialised again.
std::string EncodeBatchEntry(const storage::v1::LogEntry& header, absl::string_view batch);

// When the store came to know of the events of a batch: at arrival, or, under a watermark clock, when the largest event
// time up to the event was seen. For a back-fill the event's own known_at, or its event_time.
class KnownTimes {
 public:
  KnownTimes(const storage::v1::LogEntry& header, bool backfill)
      : known_us_(header.arrived_us()), watermark_(header.watermark()), backfill_(backfill) {}
  // Call for each event that counts, in order. `sent_us`: the event's own known_at.
  int64_t Of(int64_t event_time_us, std::optional<int64_t> sent_us);
  int64_t Of(const v1::Event& event);

 private:
  int64_t known_us_;
  const bool watermark_;
  const bool backfill_;
};

// Whether the entry changes what was known before it: an import, a back-fill or an erasure.
bool ChangesThePast(const storage::v1::LogEntry& entry);

// Calls `visit(index, event, known_at_us)` for each event of the batch that counts, in order. Rows of a snapshot are
// not visited.
void VisitCounted(const storage::v1::LogEntry& header, const v1::IngestRequest& batch,
                  const std::function<void(int, const v1::Event&, int64_t)>& visit);

// The event that stands for a row of a snapshot, known_at set. Its event_id begins with a control character, which no
// sender's may.
v1::Event SnapshotEvent(const storage::v1::SnapshotEnd& end, v1::SnapshotRow row);

}  // namespace ebb::feature_store
