#include "feature_store/cleaner.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "feature_store/obsolete_records.h"
#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"
#include "runtime/log.h"

namespace ebb::feature_store {

WalkDecision DecideWalk(int64_t now_us, absl::Duration retention, int64_t walked_to_us) {
  if (retention == absl::InfiniteDuration()) return {};
  const int64_t retention_us = absl::ToInt64Microseconds(retention);
  WalkDecision decision;
  decision.expired_before_us = now_us - retention_us;
  decision.note = walked_to_us == kBeforeAll;
  decision.walk = !decision.note && decision.expired_before_us - walked_to_us >= retention_us / 16;
  return decision;
}

Cleaner::Cleaner(const CleanerOptions& options, Surroundings surroundings)
    : options_(options),
      with_(std::move(surroundings)),
      live_(with_.live),
      erasures_(live_, with_.storage),
      worker_("cleaner", [this] { return Step(); }) {}

absl::Duration Cleaner::Step() {
  if (failed_) return absl::InfiniteDuration();
  const absl::Status status = RunOnce();
  if (!status.ok()) {
    failed_ = true;
    Log(Level::kError, "store", "cleaning failed", {{"error", status.ToString()}});
    with_.on_failure(status);
    return absl::InfiniteDuration();
  }
  // Pending ones wait for the log to be dropped, which wakes us, or for somebody to end reading.
  return erasures_.AnyPending() ? absl::Seconds(1) : absl::Minutes(10);
}

absl::Status Cleaner::RunOnce() {
  if (erasures_.AnyPending()) {
    SetRule();
    const absl::Status removed = erasures_.Step([this] { return worker_.stopping(); });
    if (!removed.ok()) return removed;
  }
  return WalkForRetention();
}

void Cleaner::SetRule() {
  auto records = std::make_shared<ObsoleteRecords>();
  {
    ReaderMutexLock lock(&live_->mutex);
    for (const auto& [pseudonym, record] : live_->erased) records->customers.insert(pseudonym);
    records->expired_before_us = live_->expired_before_us;
    const Definitions& definitions = live_->table.definitions();
    records->kept_bodies = BodiesKeptForGood(*definitions.served);
    if (definitions.next != nullptr) records->kept_bodies |= BodiesKeptForGood(*definitions.next);
  }
  records->expired = &expired_events_;
  with_.storage->SetObsolete(std::make_shared<const ObsoleteRule>(
      [records](absl::string_view key, absl::string_view value) { return records->Names(key, value); }));
}

absl::Status Cleaner::WalkForRetention() {
  WalkDecision decision;
  {
    MutexLock lock(&live_->mutex);
    int64_t now_us = live_->clock_us;
    if (options_.clock_mode == ClockMode::kWall) now_us = std::max(now_us, absl::ToUnixMicros(with_.clock->Now()));
    if (now_us == 0) return absl::OkStatus();  // a watermark that has seen nothing
    decision = DecideWalk(now_us, options_.retention, live_->walked_to_us);
    if (decision.note) live_->walked_to_us = decision.expired_before_us;
    if (decision.walk) live_->expired_before_us = decision.expired_before_us;
  }
  if (decision.note) return KeepWalk();
  if (!decision.walk) return absl::OkStatus();
  // First the record: once a part of the events is gone, nobody may ask for them any more.
  if (absl::Status kept = KeepWalk(); !kept.ok()) return kept;
  SetRule();
  const int64_t before = expired_events();
  const auto stop = [this] { return worker_.stopping(); };
  if (absl::Status rewritten = with_.storage->Rewrite(Family::kEvents, "", "", stop); !rewritten.ok()) return rewritten;
  if (stop()) return absl::OkStatus();  // the next start walks again
  Log(Level::kInfo, "store", "the history was walked for events beyond the retention",
      {{"removed", expired_events() - before}});
  {
    MutexLock lock(&live_->mutex);
    live_->walked_to_us = decision.expired_before_us;
  }
  return KeepWalk();
}

absl::Status Cleaner::KeepWalk() {
  storage::v1::RetentionWalk walk;
  {
    ReaderMutexLock lock(&live_->mutex);
    walk.set_walked_to_us(live_->walked_to_us);
    if (live_->expired_before_us != kBeforeAll) walk.set_expired_before_us(live_->expired_before_us);
  }
  WriteSet changes;
  changes.Add(Family::kMeta, std::string(kRetentionKey), EncodeRecord(walk));
  return with_.storage->Write(changes, Durability::kSynced);
}

}  // namespace ebb::feature_store
