#include "feature_store/log_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/event_time.h"
#include "feature_store/log_entry.h"
#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"
#include "feature_store/wire_event.h"

namespace ebb::feature_store {
namespace {

void CollectBatch(LogUnit* unit) {
  v1::IngestRequest* batch = unit->entry.mutable_batch();
  VisitCounted(unit->entry, *batch, [&](int index, const v1::Event&, int64_t known_us) {
    v1::Event* event = batch->mutable_events(index);
    *event->mutable_known_at() = ToTimestamp(absl::FromUnixMicros(known_us));
    unit->events.push_back(event);
  });
}

// False, and the unit as it was, when the entry has to be parsed as a whole.
bool TakeBatchBytes(absl::string_view record, LogUnit* unit) {
  absl::string_view message;
  if (!MessageOf(record, &message) || !SplitLogEntry(message, &unit->entry, &unit->batch) || unit->batch.empty()) {
    unit->entry.Clear();
    unit->batch = {};
    return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<uint64_t> ReadLog(const StorageView& view, uint64_t from, uint64_t to,
                                 const std::function<absl::Status(LogUnit&)>& visit, BatchForm form) {
  std::vector<storage::v1::SnapshotPart> parts;
  uint64_t unit_begin = from, next = from;
  const auto cursor = view.Scan(Family::kLog, LogKey(from), LogKey(to));
  for (; cursor->Valid(); cursor->Next()) {
    const absl::StatusOr<uint64_t> begin = ParseLogKey(cursor->key());
    if (!begin.ok()) return begin.status();
    if (*begin != next) {
      return absl::DataLossError(absl::StrCat("the log has nothing from ", next, " to ", *begin, ": it is damaged"));
    }
    LogUnit unit;
    if (form != BatchForm::kBytes || !TakeBatchBytes(cursor->value(), &unit)) {
      absl::Status read = DecodeRecord(cursor->value(), absl::StrCat("log entry ", *begin), &unit.entry);
      if (!read.ok()) return read;
    }
    next = *begin + unit.entry.span();
    if (unit.entry.has_snapshot_part()) {
      parts.push_back(std::move(*unit.entry.mutable_snapshot_part()));
      continue;
    }
    unit.begin = std::exchange(unit_begin, next);
    unit.end = next;
    if (unit.entry.has_batch()) CollectBatch(&unit);
    for (storage::v1::SnapshotPart& part : parts) {
      for (v1::SnapshotRow& row : *part.mutable_rows()) {
        unit.events.push_back(
            &unit.snapshot_events.emplace_back(SnapshotEvent(unit.entry.snapshot_end(), std::move(row))));
      }
    }
    parts.clear();
    if (absl::Status visited = visit(unit); !visited.ok()) return visited;
  }
  if (!cursor->status().ok()) return cursor->status();
  return unit_begin;
}

}  // namespace ebb::feature_store
