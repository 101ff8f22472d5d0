// Walks the log in the units in which it counts.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ebb/storage/v1/feature_store.pb.h"
#include "feature_store/storage.h"

namespace ebb::feature_store {

// A batch, a clock advance, or a whole snapshot. Movable only: `events` points into it.
struct LogUnit {
  uint64_t begin = 0;
  uint64_t end = 0;
  storage::v1::LogEntry entry;     // of a snapshot: its end
  std::vector<v1::Event*> events;  // those that count, in order, known_at set
  std::deque<v1::Event> snapshot_events;
  absl::string_view batch;  // BatchForm::kBytes: an IngestRequest, instead of `events`; borrowed from the walk
};

enum class BatchForm {
  kEvents,
  kBytes,  // left unread
};

// Visits the units in [from, to) and returns where the last complete one ends: parts of a snapshot whose end was never
// written are not visited. DATA_LOSS when an entry is damaged or missing in the middle; otherwise the visitor's first
// error.
absl::StatusOr<uint64_t> ReadLog(const StorageView& view, uint64_t from, uint64_t to,
                                 const std::function<absl::Status(LogUnit&)>& visit,
                                 BatchForm form = BatchForm::kEvents);

}  // namespace ebb::feature_store
