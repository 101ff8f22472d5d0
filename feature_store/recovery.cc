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

absl::Status ReadErased(const StorageView& view, LiveState* live) ABSL_EXCLUSIVE_LOCKS_REQUIRED(live->mutex) {
  const auto cursor = view.Scan(Family::kMeta, kErasedPrefix, AfterPrefix(kErasedPrefix));
  for (; cursor->Valid(); cursor->Next()) {
    const absl::StatusOr<Pseudonym> pseudonym = ParseErasedKey(cursor->key());
    if (!pseudonym.ok()) return pseudonym.status();
    storage::v1::ErasedCustomer record;
    if (absl::Status read = DecodeRecord(cursor->value(), "an erased customer", &record); !read.ok()) return read;
    live->pending_erasures += record.removed() ? 0 : 1;
    live->erased.emplace(*pseudonym, std::move(record));
  }
  return cursor->status();
}

absl::Status ReadRetention(const Storage& storage, LiveState* live) ABSL_EXCLUSIVE_LOCKS_REQUIRED(live->mutex) {
  storage::v1::RetentionWalk walk;
  walk.set_walked_to_us(kBeforeAll);
  if (absl::Status read = ReadMeta(storage, kRetentionKey, &walk); !read.ok()) return read;
  live->walked_to_us = walk.walked_to_us();
  if (walk.has_expired_before_us()) live->expired_before_us = walk.expired_before_us();
  return absl::OkStatus();
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

// Aggregates of outdated customers, anew from their raw events.
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
  return absl::OkStatus();
}

// What the vectors of these say has changed, now or before a crash that came before it was told: the sweep tells it.
void CollectUnannounced(LiveState* live) ABSL_EXCLUSIVE_LOCKS_REQUIRED(live->mutex) {
  for (uint32_t id = 0; id < live->table.folded_customers(); ++id) {
    if (live->table.at(id).unannounced) live->unannounced.push_back(id);
  }
}

// Where the log stands according to the two records.
struct Stored {
  storage::v1::Checkpoint checkpoint;
  storage::v1::History history;
};

absl::StatusOr<Stored> ReadStored(const Storage& storage) {
  Stored stored;
  stored.history.set_latest_event_us(kBeforeAll);
  if (absl::Status read = ReadMeta(storage, kCheckpointKey, &stored.checkpoint); !read.ok()) return read;
  if (absl::Status read = ReadMeta(storage, kHistoryKey, &stored.history); !read.ok()) return read;
  return stored;
}

void BeginReplay(const Stored& stored, LiveState* live) ABSL_EXCLUSIVE_LOCKS_REQUIRED(live->mutex) {
  live->table.BeginReplay(stored.checkpoint, stored.history.latest_event_us());
  live->clock_us = stored.checkpoint.clock_us();
  live->sorted_to = stored.history.sorted_to();
  live->checkpointed_to = stored.checkpoint.position();
  live->dropped_to = stored.history.dropped_to();
  live->history_latest_us = stored.history.latest_event_us();
  live->segments = {stored.history.sorted_to()};
}

// One unit of the log again: its identities where they are not sorted yet, its fold where no checkpoint has it.
// Returns how many events were folded.
uint64_t Replay(const LogUnit& unit, const Stored& stored, uint64_t segment_events, LiveState* live)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(live->mutex) {
  const bool sorted = unit.begin < stored.history.sorted_to();
  const bool saved = unit.begin < stored.checkpoint.position();
  std::vector<CountedEvent> counted;
  for (const v1::Event* event : unit.events) {
    // Every saved customer is loaded, under its name unless it was erased since.
    const uint32_t customer = live->table.FindOrAdd(event->customer_id());
    counted.push_back({customer, event});
    int64_t seen_us;
    if (sorted || event->has_imported_snapshot()) continue;
    live->identities.Insert(customer, event->event_id(), ToMicros(event->event_time()), &seen_us);
  }
  uint64_t weight = counted.size();
  const EntryPosition entry{unit.begin, unit.end, unit.entry.clock_us()};
  if (unit.entry.has_clock_advance()) {
    const auto& customers = unit.entry.clock_advance().customers();
    weight = WeightOfAdvance(static_cast<size_t>(customers.size()));
    if (!saved) live->table.Advance(entry, {customers.data(), static_cast<size_t>(customers.size())});
  } else if (unit.entry.has_erasure()) {
    weight = segment_events;
    const std::string& digest = unit.entry.erasure().digest();
    Pseudonym name{};
    std::copy_n(digest.begin(), std::min(digest.size(), name.size()), name.begin());
    if (!saved) live->table.Erase(entry, unit.entry.erasure().customer(), name);
  } else if (!saved) {
    live->table.Fold(entry, counted);
  }
  if (!saved) live->clock_us = entry.clock_us;
  if (!sorted) CountInSegment(live, unit.end, weight, segment_events);
  return saved ? 0 : counted.size();
}

// A range deletion is not free for later reads: only where there is something.
absl::Status DropRest(const StorageView& view, const std::string& from, const std::string& to, Storage* storage) {
  return view.Scan(Family::kLog, from, to)->Valid() ? storage->Drop(Family::kLog, from, to) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<RecoveryReport> Recover(uint64_t segment_events, Storage* storage, LiveState* live) {
  RecoveryReport report;
  MutexLock lock(&live->mutex);
  const absl::StatusOr<Stored> stored = ReadStored(*storage);
  if (!stored.ok()) return stored.status();
  const uint64_t sorted_to = stored->history.sorted_to(), saved_to = stored->checkpoint.position();
  const std::unique_ptr<StorageView> view = storage->View();
  if (absl::Status read = ReadImports(*view, live); !read.ok()) return read;
  if (absl::Status read = ReadErased(*view, live); !read.ok()) return read;
  if (absl::Status read = ReadRetention(*storage, live); !read.ok()) return read;
  const absl::StatusOr<std::vector<uint32_t>> outdated = ReadCustomers(*view, live);
  if (!outdated.ok()) return outdated.status();
  report.refolded_customers = outdated->size();

  BeginReplay(*stored, live);
  const auto replay = [&](const LogUnit& unit) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    report.replayed_events += Replay(unit, *stored, segment_events, live);
    return absl::OkStatus();
  };
  const absl::StatusOr<uint64_t> end =
      ReadLog(*view, std::min(sorted_to, saved_to), std::numeric_limits<uint64_t>::max(), replay);
  if (!end.ok()) return end.status();
  if (*end < std::max(saved_to, sorted_to)) {
    return absl::DataLossError(absl::StrCat("the log ends at ", *end, ", but the checkpoint stands for ", saved_to,
                                            " and the history for ", sorted_to,
                                            ": acknowledged events are missing; restore the folder from a backup"));
  }
  live->position = *end;
  report.customers = live->table.folded_customers();
  if (absl::Status ended = live->table.EndReplay(); !ended.ok()) return ended;
  if (absl::Status refolded = Refold(*outdated, *storage, live); !refolded.ok()) return refolded;
  CollectUnannounced(live);
  if (absl::Status cut = DropRest(*view, LogKey(*end), std::string(9, '\xff'), storage); !cut.ok()) return cut;
  if (absl::Status cut = DropRest(*view, LogKey(0), LogKey(live->dropped_to), storage); !cut.ok()) return cut;
  live->log_gone_to = live->dropped_to;
  return report;
}

}  // namespace ebb::feature_store
