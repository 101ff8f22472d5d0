#include "feature_store/recovery.h"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "feature_store/event_time.h"
#include "feature_store/log_entry.h"
#include "feature_store/log_reader.h"
#include "feature_store/record_key.h"
#include "feature_store/residency.h"
#include "feature_store/snapshot_commit.h"
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

absl::Status ReadCustomers(const StorageView& view, LiveState* live) ABSL_EXCLUSIVE_LOCKS_REQUIRED(live->mutex) {
  const auto cursor = view.Scan(Family::kState, "", "");
  storage::v1::CustomerRecord record;
  for (; cursor->Valid(); cursor->Next()) {
    const absl::StatusOr<uint32_t> id = ParseStateKey(cursor->key());
    if (!id.ok()) return id.status();
    absl::Status loaded = DecodeRecord(cursor->value(), absl::StrCat("the record of customer ", *id), &record);
    if (loaded.ok()) loaded = live->table.Load(*id, record);
    if (!loaded.ok()) return loaded;
  }
  return cursor->status();
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
  live->named_customers = stored.checkpoint.customers();
  live->past_changed_at = stored.checkpoint.past_changed_at();
  live->dropped_to = stored.history.dropped_to();
  live->history_latest_us = stored.history.latest_event_us();
  live->segments = {stored.history.sorted_to()};
}

// Goes through the log again: identities where they are not sorted yet, folds where no checkpoint has them.
class Replay {
 public:
  Replay(const WriterOptions& options, const IdentityHash& identities, const Stored& stored, Residency* residency,
         LiveState* live)
      : options_(options), identities_(identities), stored_(stored), residency_(residency), live_(live) {}

  // An import names each customer once, so that it can be folded in parts; what it brings into memory can leave again.
  absl::Status Add(const LogUnit& unit) {
    const size_t at_once = unit.entry.has_snapshot_end() ? kRowsAtOnce : unit.events.size();
    std::span<v1::Event* const> rest = unit.events;
    do {
      const auto events = rest.first(std::min(rest.size(), at_once));
      rest = rest.subspan(events.size());
      if (absl::Status added = AddPart(unit, events, /*last=*/rest.empty()); !added.ok()) return added;
    } while (!rest.empty());
    return absl::OkStatus();
  }
  uint64_t replayed_events() const { return replayed_events_; }

 private:
  absl::Status AddPart(const LogUnit& unit, std::span<v1::Event* const> events, bool last) {
    const bool saved = unit.begin < stored_.checkpoint.position();
    if (absl::Status found = FindCustomers(unit, events); !found.ok()) return found;
    {
      MutexLock lock(&live_->mutex);
      const EntryPosition entry{unit.begin, unit.end, unit.entry.clock_us()};
      uint64_t weight = unit.events.size();
      if (unit.entry.has_clock_advance()) {
        weight = WeightOfAdvance(advanced_.size());
        if (!saved) live_->table.Advance(entry, advanced_);
      } else if (unit.entry.has_erasure()) {
        weight = options_.segment_events;
        const std::string& digest = unit.entry.erasure().digest();
        Pseudonym name{};
        std::copy_n(digest.begin(), std::min(digest.size(), name.size()), name.begin());
        if (!saved) live_->table.Erase(entry, advanced_[0], name);
      } else if (!saved) {
        live_->table.Fold(entry, counted_);
      }
      if (!saved) replayed_events_ += counted_.size();
      if (!saved && last) {
        live_->clock_us = entry.clock_us;
        live_->position = entry.end;  // records of evicted customers name it
      }
      if (last && ChangesThePast(unit.entry)) live_->past_changed_at = std::max(live_->past_changed_at, entry.end);
      if (last && unit.begin >= stored_.history.sorted_to()) {
        CountInSegment(live_, unit.end, weight, options_.segment_events);
      }
    }
    return residency_->MakeRoom();
  }

  // Fills counted_ and advanced_, and makes resident whom these events and the unit fold.
  absl::Status FindCustomers(const LogUnit& unit, std::span<v1::Event* const> events) {
    const bool saved = unit.begin < stored_.checkpoint.position();
    google::protobuf::Arena* const arena = &arena_;
    arena->Reset();
    views_.clear();
    counted_.clear();
    views_.reserve(events.size());
    std::vector<uint32_t> absent;
    {
      MutexLock lock(&live_->mutex);
      for (const v1::Event* event : events) {
        const EventView& view = views_.emplace_back(ViewOf(*event, arena));
        const Pseudonym customer = live_->table.PseudonymOf(event->customer_id());
        const int64_t clock_us = unit.entry.clock_us();
        counted_.push_back({live_->table.FindOrAdd(customer, view, clock_us), &view});
        if (live_->table.MustLoad(counted_.back().customer, view, clock_us)) absent.push_back(counted_.back().customer);
        if (unit.begin < stored_.history.sorted_to() || event->has_imported_snapshot()) continue;
        int64_t seen_us;
        live_->identities.Insert(identities_.Of(customer, event->event_id()), view.event_time_us, &seen_us);
      }
      const auto& advanced = unit.entry.clock_advance().customers();
      advanced_.assign(advanced.begin(), advanced.end());
      if (unit.entry.has_erasure()) advanced_.push_back(unit.entry.erasure().customer());
      for (const uint32_t id : advanced_) {
        if (live_->table.at(id) == nullptr) absent.push_back(id);
      }
    }
    return saved ? absl::OkStatus() : residency_->Load(std::move(absent));
  }

  const WriterOptions& options_;
  const IdentityHash& identities_;
  const Stored& stored_;
  Residency* const residency_;
  LiveState* const live_;
  google::protobuf::Arena arena_;
  std::vector<EventView> views_;
  std::vector<CountedEvent> counted_;
  std::vector<uint32_t> advanced_;
  uint64_t replayed_events_ = 0;
};

// A range deletion is not free for later reads: only where there is something.
absl::Status DropRest(const StorageView& view, const std::string& from, const std::string& to, Storage* storage) {
  return view.Scan(Family::kLog, from, to)->Valid() ? storage->Drop(Family::kLog, from, to) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<RecoveryReport> Recover(const WriterOptions& options, const IdentityHash& identities, Storage* storage,
                                       LiveState* live) {
  RecoveryReport report;
  const absl::StatusOr<Stored> stored = ReadStored(*storage);
  if (!stored.ok()) return stored.status();
  const uint64_t sorted_to = stored->history.sorted_to(), saved_to = stored->checkpoint.position();
  const std::unique_ptr<StorageView> view = storage->View();
  {
    MutexLock lock(&live->mutex);
    if (absl::Status read = ReadImports(*view, live); !read.ok()) return read;
    if (absl::Status read = ReadErased(*view, live); !read.ok()) return read;
    if (absl::Status read = ReadRetention(*storage, live); !read.ok()) return read;
    if (absl::Status read = ReadCustomers(*view, live); !read.ok()) return read;
    BeginReplay(*stored, live);
  }
  Residency residency(options, storage, live);
  Replay replay(options, identities, *stored, &residency, live);
  const absl::StatusOr<uint64_t> end =
      ReadLog(*view, std::min(sorted_to, saved_to), std::numeric_limits<uint64_t>::max(),
              [&](LogUnit& unit) { return replay.Add(unit); });
  if (!end.ok()) return end.status();
  if (*end < std::max(saved_to, sorted_to)) {
    return absl::DataLossError(absl::StrCat("the log ends at ", *end, ", but the checkpoint stands for ", saved_to,
                                            " and the history for ", sorted_to,
                                            ": acknowledged events are missing; restore the folder from a backup"));
  }
  report.replayed_events = replay.replayed_events();
  MutexLock lock(&live->mutex);
  live->position = *end;
  report.customers = live->table.folded_customers();
  if (absl::Status ended = live->table.EndReplay(); !ended.ok()) return ended;
  if (absl::Status cut = DropRest(*view, LogKey(*end), std::string(9, '\xff'), storage); !cut.ok()) return cut;
  if (absl::Status cut = DropRest(*view, LogKey(0), LogKey(live->dropped_to), storage); !cut.ok()) return cut;
  live->log_gone_to = live->dropped_to;
  return report;
}

}  // namespace ebb::feature_store
