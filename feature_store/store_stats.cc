#include "feature_store/store_stats.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "feature_store/event_time.h"
#include "runtime/process_metrics.h"

namespace ebb::feature_store {
namespace {

v1::IngestRates Rates(const StatsSources& from) {
  const absl::Time now = from.clock->WallNow();
  const int64_t second = absl::ToUnixSeconds(now);
  const int64_t seconds = second - absl::ToUnixSeconds(from.started);
  v1::IngestRates rates;
  rates.set_accepted(from.ingest->accepted.PerSecond(second, seconds));
  rates.set_duplicate(from.ingest->duplicate.PerSecond(second, seconds));
  rates.set_rejected(from.ingest->rejected.PerSecond(second, seconds));
  return rates;
}

v1::StoreLags Lags(const StatsSources& from) ABSL_SHARED_LOCKS_REQUIRED(from.live->mutex) {
  v1::StoreLags lags;
  lags.set_unsorted(static_cast<int64_t>(from.live->position - from.live->sorted_to));
  lags.set_unsaved(
      static_cast<int64_t>(from.live->position - std::min(from.live->position, from.live->checkpointed_to)));
  if (const std::optional<uint64_t> slowest = from.watchers->Slowest()) {
    lags.set_unwatched(static_cast<int64_t>(from.live->table.change_sequence() - *slowest));
    const std::vector<ChangeList::Entry> next = from.live->table.ChangedAfter(*slowest, 1);
    if (!next.empty()) {
      // Who is not resident has not changed for long; when, only its record says.
      const Customer* customer = from.live->table.at(next[0].id);
      if (customer != nullptr) *lags.mutable_watch_age() = ToDuration(from.live->clock_us - customer->changed_us);
    }
  }
  const int64_t now_us = from.clock->NowMicros(*from.live);
  const CustomerTable::DueBacklog due = from.live->table.DueBy(now_us);
  lags.set_unswept(static_cast<int64_t>(due.customers + from.live->unannounced.size()));
  if (due.customers > 0) *lags.mutable_sweep_age() = ToDuration(now_us - due.first_us);
  return lags;
}

}  // namespace

v1::StoreStats ReadStats(const StatsSources& from) {
  v1::StoreStats stats;
  *stats.mutable_database() = from.storage->Figures();
  stats.set_resident_bytes(static_cast<int64_t>(ReadProcessFigures().resident_bytes));
  *stats.mutable_rates() = Rates(from);
  *stats.mutable_clock() = ToTimestamp(from.clock->Now());
  stats.set_disk_bytes(static_cast<int64_t>(from.storage->DiskBytes()));
  const VectorCache::Counts vectors = from.vectors->cache_counts();
  v1::VectorCacheFigures* cache = stats.mutable_vector_cache();
  cache->set_vectors(static_cast<int64_t>(vectors.vectors));
  cache->set_bytes(static_cast<int64_t>(vectors.bytes));
  cache->set_hits(static_cast<int64_t>(vectors.hits));
  cache->set_misses(static_cast<int64_t>(vectors.misses));
  if (from.back_fill != nullptr) {
    if (std::optional<v1::BackFillProgress> progress = from.back_fill->Progress()) {
      *stats.mutable_back_fill() = *std::move(progress);
    }
  }
  ReaderMutexLock lock(&from.live->mutex);
  stats.set_customers(from.live->table.folded_customers() - static_cast<int64_t>(from.live->table.erased_customers()));
  stats.set_erased_customers(static_cast<int64_t>(from.live->erased.size()));
  stats.set_pending_erasures(static_cast<int64_t>(from.live->pending_erasures));
  stats.set_expired_events(from.cleaner->expired_events());
  if (from.live->expired_before_us != kBeforeAll) {
    *stats.mutable_expired_before() = ToTimestamp(absl::FromUnixMicros(from.live->expired_before_us));
  }
  stats.set_events(static_cast<int64_t>(from.live->table.events()));
  stats.set_accepted(from.live->accepted);
  stats.set_duplicate(from.live->duplicate);
  stats.set_rejected(from.live->rejected);
  stats.set_log_sequence(static_cast<int64_t>(from.live->position));
  stats.set_change_sequence(static_cast<int64_t>(from.live->table.change_sequence()));
  stats.set_full_segments(static_cast<int64_t>(from.live->segments.size()) - 1);
  stats.set_checkpoint_sequence(static_cast<int64_t>(from.live->checkpointed_to));
  stats.set_resident_customers(from.live->table.resident_customers());
  stats.set_state_memory_bytes(static_cast<int64_t>(from.live->table.MemoryBytes()));
  stats.set_state_loads(static_cast<int64_t>(from.live->table.loads()));
  stats.set_waiting_events(static_cast<int64_t>(from.live->table.waiting_events()));
  stats.set_sorted_sequence(static_cast<int64_t>(from.live->sorted_to));
  *stats.mutable_lags() = Lags(from);
  return stats;
}

}  // namespace ebb::feature_store
