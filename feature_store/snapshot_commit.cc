#include "feature_store/snapshot_commit.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "feature_store/erasure.h"
#include "feature_store/event_time.h"
#include "feature_store/invalid_field.h"
#include "feature_store/log_entry.h"
#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"

namespace ebb::feature_store {
namespace {

absl::StatusOr<int64_t> AsOfUs(const WriterOptions& options, const StagedSnapshot& snapshot, const LogTail& tail) {
  const absl::Time wall = tail.WallTime();
  // A store that lives by a watermark and has seen nothing yet has no time of its own.
  const bool timeless = options.clock_mode == ClockMode::kWatermark && tail.clock_us() == 0;
  const int64_t now_us = timeless ? absl::ToUnixMicros(wall) : tail.NowUs();
  const int64_t as_of_us = snapshot.as_of_us().value_or(now_us);
  const absl::Time as_of = absl::FromUnixMicros(as_of_us);
  if (as_of <= wall + options.max_ahead && as_of >= absl::FromUnixMicros(now_us) - options.retention) return as_of_us;
  return InvalidField("header.as_of", absl::StrCat("is ", absl::FormatTime(as_of, absl::UTCTimeZone()),
                                                   "; must not be more than ", absl::FormatDuration(options.max_ahead),
                                                   " ahead of the clock nor older than the retention of ",
                                                   absl::FormatDuration(options.retention)));
}

// The as_of under which the same content was committed before. A snapshot that names none is the same as any.
std::optional<int64_t> CommittedBefore(const StagedSnapshot& snapshot, int64_t as_of_us, LiveState* live) {
  const std::string& id = snapshot.header().snapshot_id();
  ReaderMutexLock lock(&live->mutex);
  const auto found = live->imports.lower_bound({id, snapshot.as_of_us().value_or(kBeforeAll)});
  if (found == live->imports.end() || found->first != id) return std::nullopt;
  if (snapshot.as_of_us().has_value() && found->second != as_of_us) return std::nullopt;
  return found->second;
}

storage::v1::LogEntry EndEntry(const WriterOptions& options, StagedSnapshot* snapshot, int64_t as_of_us,
                               const LogTail& tail) {
  const bool watermark = options.clock_mode == ClockMode::kWatermark;
  storage::v1::LogEntry end;
  end.set_arrived_us(tail.NowUs());
  end.set_watermark(watermark);
  end.set_clock_us(watermark ? std::max(tail.clock_us(), as_of_us) : tail.NowUs());
  end.set_span(1);
  end.mutable_snapshot_end()->set_snapshot_id(snapshot->header().snapshot_id());
  end.mutable_snapshot_end()->set_as_of_us(as_of_us);
  end.mutable_snapshot_end()->set_source(snapshot->header().source());
  end.mutable_snapshot_end()->set_rows(static_cast<int64_t>(snapshot->rows().size()));
  return end;
}

// Parts first, then the end with one sync for all: without the end a replay leaves the parts out.
absl::StatusOr<EntryPosition> Write(const storage::v1::LogEntry& end, StagedSnapshot* snapshot, LogTail* tail) {
  std::vector<v1::SnapshotRow>* const rows = &snapshot->rows();
  EntryPosition entry{tail->next(), tail->next(), end.clock_us()};
  for (size_t first = 0; first < rows->size(); first += kRowsAtOnce) {
    const size_t count = std::min(rows->size() - first, kRowsAtOnce);
    storage::v1::LogEntry part;
    part.set_arrived_us(end.arrived_us());
    part.set_clock_us(end.clock_us());
    part.set_span(count);
    // Lent to the entry and taken back: millions of rows are not held twice.
    for (size_t i = 0; i < count; ++i) part.mutable_snapshot_part()->add_rows()->Swap(&(*rows)[first + i]);
    WriteSet changes;
    changes.Add(Family::kLog, LogKey(entry.end), EncodeRecord(part));
    for (size_t i = 0; i < count; ++i) {
      part.mutable_snapshot_part()->mutable_rows(static_cast<int>(i))->Swap(&(*rows)[first + i]);
    }
    if (absl::Status written = tail->Write(changes, Durability::kBuffered); !written.ok()) return written;
    entry.end += part.span();
  }
  storage::v1::CommittedImport import;
  import.set_snapshot_id(end.snapshot_end().snapshot_id());
  import.set_as_of_us(end.snapshot_end().as_of_us());
  import.set_rows(end.snapshot_end().rows());
  import.set_source(end.snapshot_end().source());
  *import.mutable_repairs() = snapshot->header().repairs();
  WriteSet changes;
  changes.Add(Family::kLog, LogKey(entry.end), EncodeRecord(end));
  changes.Add(Family::kMeta, ImportKey(import.as_of_us(), import.snapshot_id()), EncodeRecord(import));
  entry.end += end.span();
  if (absl::Status written = tail->Write(changes, Durability::kSynced); !written.ok()) return written;
  tail->MoveTo(entry);
  return entry;
}

// Between two slices anybody may read and see a part of the customers moved on; only a checkpoint may not begin there,
// because it could not say up to where the log is folded.
absl::Status Fold(const EntryPosition& entry, const storage::v1::SnapshotEnd& end, std::vector<v1::SnapshotRow>* rows,
                  const WriterOptions& options, Residency* residency, LiveState* live) {
  for (size_t first = 0; first < rows->size(); first += kRowsAtOnce) {
    const size_t last = std::min(rows->size(), first + kRowsAtOnce);
    google::protobuf::Arena arena;
    std::vector<v1::Event> events;
    std::vector<EventView> views;
    std::vector<CountedEvent> counted;
    std::vector<uint32_t> absent;
    events.reserve(last - first);
    views.reserve(last - first);
    for (size_t i = first; i < last; ++i) {
      views.push_back(ViewOf(events.emplace_back(SnapshotEvent(end, std::move((*rows)[i]))), &arena));
    }
    {
      MutexLock lock(&live->mutex);
      for (const EventView& view : views) {
        counted.push_back({live->table.FindOrAdd({view.customer_id.data(), view.customer_id.size()}), &view});
        if (live->table.at(counted.back().customer) == nullptr) absent.push_back(counted.back().customer);
      }
    }
    if (absl::Status loaded = residency->Load(std::move(absent)); !loaded.ok()) return loaded;
    {
      MutexLock lock(&live->mutex);
      live->table.Fold(entry, counted);
      live->within_entry = last < rows->size();
      if (!live->within_entry) {
        live->position = entry.end;
        live->clock_us = entry.clock_us;
        live->past_changed_at = entry.end;
        live->imports.emplace(end.snapshot_id(), end.as_of_us());
        CountInSegment(live, entry.end, rows->size(), options.segment_events);
      }
    }
    if (absl::Status room = residency->MakeRoom(); !room.ok()) return room;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::ImportSnapshotResponse> CommitSnapshot(const WriterOptions& options, StagedSnapshot* snapshot,
                                                          LogTail* tail, Residency* residency, LiveState* live) {
  if (absl::Status room = tail->CheckRoom(static_cast<size_t>(snapshot->bytes())); !room.ok()) return room;
  if (&live->Served() != &snapshot->declarations()) {
    return absl::AbortedError("the store went over to other declarations while the import was sent; import again");
  }
  const absl::StatusOr<int64_t> as_of_us = AsOfUs(options, *snapshot, *tail);
  if (!as_of_us.ok()) return as_of_us.status();
  v1::ImportSnapshotResponse response;
  if (const std::optional<int64_t> before = CommittedBefore(*snapshot, *as_of_us, live)) {
    response.set_already_imported(true);
    *response.mutable_as_of() = ToTimestamp(absl::FromUnixMicros(*before));
    return response;
  }
  response.set_erased(LeaveOutErased(&snapshot->rows(), live));
  *response.mutable_as_of() = ToTimestamp(absl::FromUnixMicros(*as_of_us));
  if (snapshot->rows().empty()) return response;
  const storage::v1::LogEntry end = EndEntry(options, snapshot, *as_of_us, *tail);
  const absl::StatusOr<EntryPosition> entry = Write(end, snapshot, tail);
  if (!entry.ok()) return entry.status();
  if (absl::Status folded = Fold(*entry, end.snapshot_end(), &snapshot->rows(), options, residency, live);
      !folded.ok()) {
    // It is in the log: the next start folds it.
    tail->Fail(absl::InternalError(absl::StrCat("the import is written but cannot be folded: ", folded.message())));
    return tail->failure();
  }
  response.set_customers(end.snapshot_end().rows());
  return response;
}

}  // namespace ebb::feature_store
