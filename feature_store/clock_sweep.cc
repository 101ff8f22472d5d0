#include "feature_store/clock_sweep.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"
#include "runtime/log.h"

namespace ebb::feature_store {

bool ClockSweep::IsDue() const {
  ReaderMutexLock lock(&live_->mutex);
  if (live_->segments.size() > options_.max_unsorted_segments) return false;
  return !live_->unannounced.empty() || live_->table.HasDue(tail_->NowUs());
}

ClockSweep::Result ClockSweep::Step() {
  const int64_t clock_us = tail_->NowUs();
  if (!IsDue() || !HasRoom()) return {};
  Result result;
  const absl::StatusOr<std::vector<uint32_t>> taken = TakeChanged(clock_us);
  if (!taken.ok()) {
    tail_->Fail(absl::InternalError(absl::StrCat("a customer's record cannot be read: ", taken.status().message())));
    return {};
  }
  const std::vector<uint32_t>& changed = *taken;
  {
    ReaderMutexLock lock(&live_->mutex);
    result.more = !live_->unannounced.empty() || live_->table.HasDue(clock_us);
  }
  if (!changed.empty() && !Write(changed, clock_us)) return {};
  result.changed = !changed.empty();
  // Also where nobody has changed: those who were looked at became resident.
  if (absl::Status room = residency_->MakeRoom(); !room.ok()) tail_->Fail(room);
  return result;
}

bool ClockSweep::Write(const std::vector<uint32_t>& changed, int64_t clock_us) {
  storage::v1::LogEntry header;
  header.set_arrived_us(clock_us);
  header.set_clock_us(clock_us);
  header.set_span(1);
  header.mutable_clock_advance()->mutable_customers()->Add(changed.begin(), changed.end());
  WriteSet changes;
  changes.Add(Family::kLog, LogKey(tail_->next()), EncodeRecord(header));
  if (!tail_->Write(changes, Durability::kSynced).ok()) return false;
  const EntryPosition entry{tail_->next(), tail_->next() + 1, clock_us};
  tail_->MoveTo(entry);
  MutexLock lock(&live_->mutex);
  live_->table.Advance(entry, changed);
  live_->position = entry.end;
  live_->clock_us = clock_us;
  CountInSegment(live_, entry.end, WeightOfAdvance(changed.size()), options_.segment_events);
  return true;
}

// Batches are refused then; the sweep goes on when there is room again, before customers are taken from what is due.
bool ClockSweep::HasRoom() {
  const absl::Status room = tail_->CheckRoom(0);
  if (paused_ == room.ok()) {
    paused_ = !room.ok();
    Log(paused_ ? Level::kWarning : Level::kInfo, "store",
        paused_ ? "features of silent customers stand still" : "features of silent customers move again",
        {{"room", room.ToString()}});
  }
  return room.ok();
}

absl::StatusOr<std::vector<uint32_t>> ClockSweep::TakeChanged(int64_t clock_us) {
  std::vector<uint32_t> taken, absent;
  bool announced = false;
  {
    MutexLock lock(&live_->mutex);
    announced = live_->unannounced.empty();
    taken = announced ? live_->table.TakeDue(clock_us, options_.sweep_customers) : TakeUnannounced();
    for (const uint32_t id : taken) {
      if (live_->table.at(id) == nullptr) absent.push_back(id);
    }
  }
  if (absl::Status loaded = residency_->Load(std::move(absent)); !loaded.ok()) return loaded;
  if (!announced) return taken;
  MutexLock lock(&live_->mutex);
  return live_->table.KeepChanged(taken, clock_us);
}

std::vector<uint32_t> ClockSweep::TakeUnannounced() {
  std::vector<uint32_t> changed;
  for (size_t i = std::min(live_->unannounced.size(), options_.sweep_customers); i > 0; --i) {
    const uint32_t id = live_->unannounced.back();
    live_->unannounced.pop_back();
    const bool told = live_->table.SequenceOf(id) > live_->unannounced_to || live_->table.row(id).erased;
    if (!told) changed.push_back(id);
  }
  return changed;
}

}  // namespace ebb::feature_store
