#include "feature_store/maintenance.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/time/clock.h"
#include "feature_store/record_key.h"
#include "feature_store/segment_sorter.h"
#include "feature_store/stored_record.h"
#include "runtime/log.h"

namespace ebb::feature_store {

Maintenance::Maintenance(const MaintenanceOptions& options, Surroundings surroundings)
    : options_(options),
      with_(std::move(surroundings)),
      live_(with_.live),
      next_checkpoint_(absl::Now() + options.checkpoint_interval),
      worker_(
          "maintenance", [this] { return Step(); }, Worker::Cpu::kSpare) {}

absl::Duration Maintenance::Step() {
  if (failed_) return absl::InfiniteDuration();
  const bool checkpoint_due = absl::Now() >= next_checkpoint_;
  const absl::Status status = RunAll(checkpoint_due);
  if (!status.ok()) {
    failed_ = true;
    Log(Level::kError, "store", "maintenance failed", {{"error", status.ToString()}});
    with_.on_failure(status);
    return absl::InfiniteDuration();
  }
  if (checkpoint_due) next_checkpoint_ = absl::Now() + options_.checkpoint_interval;
  const absl::Duration until_checkpoint = std::max(absl::ZeroDuration(), next_checkpoint_ - absl::Now());
  return CheckpointWaits() ? std::min(until_checkpoint, absl::Seconds(1)) : until_checkpoint;
}

absl::Status Maintenance::RunAll(bool checkpoint_due) {
  if (absl::Status sorted = SortFullSegments(); !sorted.ok()) return sorted;
  if (!checkpoint_due && !CheckpointWaits()) return absl::OkStatus();
  if (absl::Status saved = WriteCheckpoint(); !saved.ok()) return saved;
  return DropOldLog();
}

bool Maintenance::CheckpointWaits() const {
  if (ErasureWaits()) return true;
  ReaderMutexLock lock(&live_->mutex);
  return live_->PreparedButNotSaved();
}

// An erased customer is in the log and in the last checkpoint until both have moved on: that is not left to the clock.
bool Maintenance::ErasureWaits() const {
  ReaderMutexLock lock(&live_->mutex);
  if (live_->pending_erasures == 0) return false;
  for (const auto& [pseudonym, record] : live_->erased) {
    if (!record.removed() && record.position() > live_->log_gone_to) return true;
  }
  return false;
}

absl::Status Maintenance::SortFullSegments() {
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more && !worker_.stopping()) more = SortOneSegment();
  return more.status();
}

absl::Status Maintenance::SortWholeLog() {
  {
    MutexLock lock(&live_->mutex);
    if (live_->segments.back() < live_->position) {
      CountInSegment(live_, live_->position, /*events=*/0, /*segment_events=*/0);  // full, whatever it holds
    }
  }
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more) more = SortOneSegment();
  return more.status();
}

absl::StatusOr<bool> Maintenance::SortOneSegment() {
  uint64_t from, to;
  storage::v1::History history;
  {
    ReaderMutexLock lock(&live_->mutex);
    if (live_->segments.size() < 2) return false;
    from = live_->sorted_to;
    to = live_->segments[1];
    history.set_dropped_to(live_->dropped_to);
    history.set_latest_event_us(live_->history_latest_us);
  }
  const absl::StatusOr<SortedSegment> segment = SortIntoHistory(with_.storage, *with_.pseudonyms, from, to);
  if (!segment.ok()) return segment.status();
  for (const auto& [customer, latest_us] : segment->latest_us) {
    history.set_latest_event_us(std::max(history.latest_event_us(), latest_us));
  }
  history.set_sorted_to(to);
  WriteSet changes;
  changes.Add(Family::kMeta, std::string(kHistoryKey), EncodeRecord(history));
  if (absl::Status written = with_.storage->Write(changes, Durability::kSynced); !written.ok()) return written;
  // Before the identities go: from then on the history is asked for what memory forgets.
  const std::span<const std::pair<Pseudonym, int64_t>> latest(segment->latest_us);
  for (size_t first = 0; first < latest.size(); first += options_.at_once.customers) {
    MutexLock lock(&live_->mutex);
    for (const auto& [customer, latest_us] :
         latest.subspan(first, std::min(options_.at_once.customers, latest.size() - first))) {
      const uint32_t id = live_->table.Find(customer);
      if (id != CustomerTable::kUnknown) live_->table.RaiseHistoryUntil(id, latest_us);  // else it was erased
    }
  }
  {
    MutexLock lock(&live_->mutex);
    live_->history_latest_us = history.latest_event_us();
    live_->sorted_to = to;
    live_->segments.pop_front();
    live_->identities.ForgetBefore(to);
  }
  Log(Level::kDebug, "store", "sorted a segment of the log", {{"events", segment->events}, {"to", to}});
  with_.on_sorted();
  return true;
}

absl::Status Maintenance::SaveCustomers(std::span<const uint32_t> customers, Pace pace) {
  if (pace == Pace::kAtStop) {
    MutexLock records_lock(&live_->records_mutex);
    return SaveAll(options_.at_once, customers, with_.storage, live_);
  }
  while (!customers.empty()) {
    {
      MutexLock lock(&live_->mutex);
      while (live_->room_wanted) live_->room_made.Wait(&live_->mutex);
    }
    MutexLock records_lock(&live_->records_mutex);
    absl::Status saved = SaveSome(options_.at_once, &customers, with_.storage, live_);
    if (!saved.ok()) return saved;
  }
  return absl::OkStatus();
}

absl::Status Maintenance::WriteCheckpoint(Pace pace) {
  storage::v1::Checkpoint checkpoint;
  std::vector<uint32_t> dirty;
  bool next_saved;
  {
    MutexLock lock(&live_->mutex);
    next_saved = live_->PreparedButNotSaved();
    const bool nothing_new = live_->position == live_->checkpointed_to && !live_->table.AnyDirty() && !next_saved;
    if (nothing_new || live_->within_entry) return absl::OkStatus();
    checkpoint.set_position(live_->position);
    checkpoint.set_clock_us(live_->clock_us);
    checkpoint.set_change_sequence(live_->table.change_sequence());
    checkpoint.set_customers(live_->table.folded_customers());
    checkpoint.set_events(live_->table.events());
    checkpoint.set_past_changed_at(live_->past_changed_at);
    dirty = live_->table.TakeDirty();
  }
  if (absl::Status saved = SaveCustomers(dirty, pace); !saved.ok()) return saved;
  WriteSet changes;
  changes.Add(Family::kMeta, std::string(kCheckpointKey), EncodeRecord(checkpoint));
  if (absl::Status written = with_.storage->Write(changes, Durability::kSynced); !written.ok()) return written;
  {
    MutexLock lock(&live_->mutex);
    live_->checkpointed_to = checkpoint.position();
    live_->named_customers = checkpoint.customers();
    live_->next_saved |= next_saved;
  }
  if (next_saved) with_.on_next_saved();
  return absl::OkStatus();
}

absl::Status Maintenance::DropOldLog() {
  uint64_t from, to;
  storage::v1::History history;
  {
    ReaderMutexLock lock(&live_->mutex);
    from = live_->dropped_to;
    to = std::min(live_->sorted_to, live_->checkpointed_to);
    history.set_sorted_to(live_->sorted_to);
    history.set_latest_event_us(live_->history_latest_us);
    history.set_dropped_to(to);
  }
  if (to <= from) return absl::OkStatus();
  // First the record, then the range: a crash between leaves a rest that the next start drops.
  WriteSet changes;
  changes.Add(Family::kMeta, std::string(kHistoryKey), EncodeRecord(history));
  if (absl::Status written = with_.storage->Write(changes, Durability::kSynced); !written.ok()) return written;
  {
    MutexLock lock(&live_->mutex);
    live_->dropped_to = to;
  }
  if (absl::Status dropped = with_.storage->Drop(Family::kLog, LogKey(from), LogKey(to)); !dropped.ok()) return dropped;
  {
    MutexLock lock(&live_->mutex);
    live_->log_gone_to = to;
  }
  with_.on_dropped();
  return absl::OkStatus();
}

}  // namespace ebb::feature_store
