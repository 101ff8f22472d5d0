#include "feature_store/recovery.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "feature_store/event_time.h"
#include "feature_store/history.h"
#include "feature_store/log_reader.h"
#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"

namespace ebb::feature_store {
namespace {

// Absent records leave the message as it is.
absl::Status ReadMeta(const Storage& storage, absl::string_view key, google::protobuf::MessageLite* record) {
  const absl::StatusOr<std::optional<std::string>> bytes = storage.Get(Family::kMeta, key);
  if (!bytes.ok()) return bytes.status();
  return bytes->has_value() ? DecodeRecord(**bytes, key, record) : absl::OkStatus();
}

absl::Status ReadImports(const StorageView& view, LiveState* live) ABSL_EXCLUSIVE_LOCKS_REQUIRED(live->mutex) {
  const std::string first(kImportPrefix);
  std::string last = first;
  ++last.back();
  const auto cursor = view.Scan(Family::kMeta, first, last);
  for (; cursor->Valid(); cursor->Next()) {
    storage::v1::CommittedImport import;
    if (absl::Status read = DecodeRecord(cursor->value(), "a committed import", &import); !read.ok()) return read;
    live->imports.emplace(import.snapshot_id(), import.as_of_us());
  }
  return cursor->status();
}

// Returns the customers whose aggregates belong to other declarations.
absl::StatusOr<std::vector<uint32_t>> ReadCustomers(const StorageView& view, LiveState* live)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(live->mutex) {
  std::vector<uint32_t> outdated;
  const auto cursor = view.Scan(Family::kState, "", "");
  storage::v1::CustomerRecord record;
  for (; cursor->Valid(); cursor->Next()) {
    const absl::StatusOr<uint32_t> id = ParseStateKey(cursor->key());
    if (!id.ok()) return id.status();
    absl::Status loaded = DecodeRecord(cursor->value(), absl::StrCat("the record of customer ", *id), &record);
    if (loaded.ok()) loaded = live->table.Load(*id, record);
    if (absl::IsFailedPrecondition(loaded)) {
      outdated.push_back(*id);
    } else if (!loaded.ok()) {
      return loaded;
    }
  }
  if (!cursor->status().ok()) return cursor->status();
  return outdated;
}

// Aggregates of outdated customers, anew from their raw events. What their vectors say has changed: the writer touches
// them all.
absl::Status Refold(const std::vector<uint32_t>& outdated, const Storage& storage, LiveState* live)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(live->mutex) {
  if (outdated.empty()) return absl::OkStatus();
  absl::StatusOr<HistoryReader> reader = HistoryReader::Open(storage.View(), live->sorted_to, live->position, nullptr);
  if (!reader.ok()) return reader.status();
  for (const uint32_t id : outdated) {
    const Customer& customer = live->table.at(id);
    absl::StatusOr<std::vector<v1::Event>> events = reader->EventsOf(customer.customer_id, customer.pseudonym);
    if (!events.ok()) return events.status();
    live->table.Refold(id, *events);
  }
  live->outdated = outdated;
  return absl::OkStatus();
}

// A range deletion is not free for later reads: only where there is something.
absl::Status DropRest(const StorageView& view, const std::string& from, const std::string& to, Storage* storage) {
  return view.Scan(Family::kLog, from, to)->Valid() ? storage->Drop(Family::kLog, from, to) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<RecoveryReport> Recover(uint64_t segment_events, Storage* storage, LiveState* live) {
  RecoveryReport report;
  MutexLock lock(&live->mutex);
  storage::v1::Checkpoint checkpoint;
  storage::v1::History history;
  history.set_latest_event_us(kBeforeAll);
  if (absl::Status read = ReadMeta(*storage, kCheckpointKey, &checkpoint); !read.ok()) return read;
  if (absl::Status read = ReadMeta(*storage, kHistoryKey, &history); !read.ok()) return read;
  const std::unique_ptr<StorageView> view = storage->View();
  if (absl::Status read = ReadImports(*view, live); !read.ok()) return read;
  const absl::StatusOr<std::vector<uint32_t>> outdated = ReadCustomers(*view, live);
  if (!outdated.ok()) return outdated.status();
  report.refolded_customers = outdated->size();

  live->table.BeginReplay(checkpoint, history.latest_event_us());
  live->clock_us = checkpoint.clock_us();
  live->sorted_to = history.sorted_to();
  live->checkpointed_to = checkpoint.position();
  live->dropped_to = history.dropped_to();
  live->history_latest_us = history.latest_event_us();
  live->segments = {history.sorted_to()};

  std::vector<CountedEvent> counted;
  const uint64_t from = std::min(history.sorted_to(), checkpoint.position());
  const auto replay = [&](LogUnit& unit) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    counted.clear();
    for (const v1::Event* event : unit.events) {
      const uint32_t customer = live->table.FindOrAdd(event->customer_id());
      counted.push_back({customer, event});
      int64_t seen_us;
      if (unit.begin < history.sorted_to() || event->has_imported_snapshot()) continue;
      live->identities.Insert(customer, event->event_id(), ToMicros(event->event_time()), &seen_us);
    }
    if (unit.begin >= checkpoint.position()) {
      const EntryPosition entry{unit.begin, unit.end, unit.entry.clock_us()};
      if (unit.entry.has_clock_advance()) {
        const auto& customers = unit.entry.clock_advance().customers();
        live->table.Advance(entry, {customers.data(), static_cast<size_t>(customers.size())});
      } else {
        live->table.Fold(entry, counted);
      }
      live->clock_us = unit.entry.clock_us();
      report.replayed_events += counted.size();
    }
    if (unit.begin >= history.sorted_to()) CountInSegment(live, unit.end, counted.size(), segment_events);
    return absl::OkStatus();
  };
  const absl::StatusOr<uint64_t> end = ReadLog(*view, from, std::numeric_limits<uint64_t>::max(), replay);
  if (!end.ok()) return end.status();
  if (*end < std::max(checkpoint.position(), history.sorted_to())) {
    return absl::DataLossError(absl::StrCat("the log ends at ", *end, ", but the checkpoint stands for ",
                                            checkpoint.position(), " and the history for ", history.sorted_to(),
                                            ": acknowledged events are missing; restore the folder from a backup"));
  }
  live->position = *end;
  report.customers = live->table.folded_customers();
  if (absl::Status ended = live->table.EndReplay(); !ended.ok()) return ended;
  if (absl::Status refolded = Refold(*outdated, *storage, live); !refolded.ok()) return refolded;
  if (absl::Status cut = DropRest(*view, LogKey(*end), std::string(9, '\xff'), storage); !cut.ok()) return cut;
  if (absl::Status cut = DropRest(*view, LogKey(0), LogKey(history.dropped_to()), storage); !cut.ok()) return cut;
  return report;
}

}  // namespace ebb::feature_store
