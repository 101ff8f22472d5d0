#include "feature_store/erasure_removal.h"

#include <algorithm>
#include <utility>

#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"
#include "runtime/log.h"

namespace ebb::feature_store {

std::string ErasureRemoval::NameKey(const Pending& one) { return {one.pseudonym.begin(), one.pseudonym.end()}; }

bool ErasureRemoval::AnyPending() const {
  ReaderMutexLock lock(&live_->mutex);
  return live_->pending_erasures > 0;
}

absl::StatusOr<std::vector<ErasureRemoval::Pending>> ErasureRemoval::OutOfSight() {
  std::vector<Pending> pending;
  {
    ReaderMutexLock lock(&live_->mutex);
    const uint64_t gone_to = std::min({live_->sorted_to, live_->checkpointed_to, live_->log_gone_to});
    for (const auto& [pseudonym, record] : live_->erased) {
      if (!record.removed() && record.position() <= gone_to) pending.push_back({pseudonym, record});
    }
  }
  for (const Pending& one : pending) {
    if (hidden_at_.contains(one.record.customer())) continue;
    const std::string name = NameKey(one);
    if (absl::Status dropped = storage_->Drop(Family::kNames, name, name + '\0'); !dropped.ok()) return dropped;
    hidden_at_.emplace(one.record.customer(), storage_->Sequence());
  }
  const uint64_t oldest_view = storage_->OldestView();
  std::erase_if(pending, [&](const Pending& one) { return hidden_at_[one.record.customer()] > oldest_view; });
  return pending;
}

absl::Status ErasureRemoval::Step(const std::function<bool()>& stop) {
  absl::StatusOr<std::vector<Pending>> out_of_sight = OutOfSight();
  if (!out_of_sight.ok()) return out_of_sight.status();
  std::vector<Pending> removed;
  for (Pending& one : *out_of_sight) {
    if (absl::Status counted = CountEvents(&one); !counted.ok()) return counted;
    const absl::StatusOr<bool> complete = RemoveEvents(one, stop);
    if (!complete.ok()) return complete.status();
    if (!*complete) continue;
    const std::string state = StateKey(one.record.customer());
    if (absl::Status rewritten = storage_->Rewrite(Family::kState, state, state + '\0', stop); !rewritten.ok()) {
      return rewritten;
    }
    const std::string name = NameKey(one);
    if (absl::Status gone = storage_->Rewrite(Family::kNames, name, name + '\0', stop); !gone.ok()) return gone;
    removed.push_back(std::move(one));
  }
  if (removed.empty() || stop()) return absl::OkStatus();
  // All of it: what a crash left unfinished beyond the log's end is in it, too.
  if (absl::Status rewritten = storage_->Rewrite(Family::kLog, "", "", stop); !rewritten.ok()) return rewritten;
  if (absl::Status forgotten = storage_->ForgetJournals(); !forgotten.ok()) return forgotten;
  for (Pending& one : removed) {
    one.record.set_removed(true);
    if (absl::Status kept = Keep(one); !kept.ok()) return kept;
    hidden_at_.erase(one.record.customer());
    Log(Level::kInfo, "store", "an erased customer's bytes are gone",
        {{"position", one.record.position()}, {"events", one.record.events()}});
  }
  return absl::OkStatus();
}

// Before the first of them goes, so that a crash in between does not make them fewer.
absl::Status ErasureRemoval::CountEvents(Pending* one) {
  if (one->record.has_events()) return absl::OkStatus();
  const std::string prefix = EventPrefix(one->pseudonym);
  const std::unique_ptr<StorageView> view = storage_->View();
  const auto cursor = view->Scan(Family::kEvents, prefix, AfterPrefix(prefix));
  int64_t events = 0;
  for (; cursor->Valid(); cursor->Next()) ++events;
  if (!cursor->status().ok()) return cursor->status();
  one->record.set_events(events);
  return Keep(*one);
}

// The history keeps no marker of what it leaves out: what a reader does not see is in no file.
absl::StatusOr<bool> ErasureRemoval::RemoveEvents(const Pending& one, const std::function<bool()>& stop) {
  const std::string prefix = EventPrefix(one.pseudonym);
  const std::string end = AfterPrefix(prefix);
  if (absl::Status rewritten = storage_->Rewrite(Family::kEvents, prefix, end, stop); !rewritten.ok()) {
    return rewritten;
  }
  const std::unique_ptr<StorageView> view = storage_->View();
  const auto cursor = view->Scan(Family::kEvents, prefix, end);
  const bool any = cursor->Valid();
  if (!cursor->status().ok()) return cursor->status();
  return !any;
}

absl::Status ErasureRemoval::Keep(const Pending& one) {
  WriteSet changes;
  changes.Add(Family::kMeta, ErasedKey(one.pseudonym), EncodeRecord(one.record));
  if (absl::Status written = storage_->Write(changes, Durability::kSynced); !written.ok()) return written;
  MutexLock lock(&live_->mutex);
  if (one.record.removed()) --live_->pending_erasures;
  live_->erased[one.pseudonym] = one.record;
  return absl::OkStatus();
}

}  // namespace ebb::feature_store
