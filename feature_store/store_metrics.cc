#include "feature_store/store_metrics.h"

#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace ebb::feature_store {
namespace {

// Timestamps and durations have the same fields.
template <typename Time>
double Seconds(const Time& time) {
  return static_cast<double>(time.seconds()) + time.nanos() * 1e-9;
}

void AddIngest(const v1::StoreStats& stats, const IngestFigures& ingest, MetricPage* page) {
  const auto events = [&](const char* outcome, int64_t count) {
    page->AddCounter("ebb_store_ingest_events_total", "Events received, by what became of them.",
                     static_cast<double>(count), {{"outcome", outcome}});
  };
  events("accepted", stats.accepted());
  events("duplicate", stats.duplicate());
  events("rejected", stats.rejected());
  page->AddHistogram("ebb_store_ingest_batch_events", "Events in a batch.", ingest.batch_events);
  page->AddHistogram("ebb_store_commit_seconds", "From the arrival of a batch to its acknowledgement.",
                     ingest.commit_seconds);
}

void AddContent(const v1::StoreStats& stats, MetricPage* page) {
  const auto gauge = [&](const char* name, const char* help, double value) { page->AddGauge(name, help, value); };
  gauge("ebb_store_customers", "Known customers.", static_cast<double>(stats.customers()));
  gauge("ebb_store_events", "Events ever accepted.", static_cast<double>(stats.events()));
  gauge("ebb_store_clock_seconds", "The store's T, in seconds since 1970 UTC.", Seconds(stats.clock()));
  gauge("ebb_store_erased_customers", "Customers ever erased.", static_cast<double>(stats.erased_customers()));
  gauge("ebb_store_pending_erasures", "Erased customers whose bytes are still in the folder.",
        static_cast<double>(stats.pending_erasures()));
  page->AddCounter("ebb_store_expired_events_total", "Events removed because they were older than the retention.",
                   static_cast<double>(stats.expired_events()));
  gauge("ebb_store_disk_bytes", "Bytes of the database.", static_cast<double>(stats.disk_bytes()));
  gauge("ebb_store_watchers", "Streams that follow changes.", stats.watchers());
}

void AddMemory(const v1::StoreStats& stats, MetricPage* page) {
  const v1::VectorCacheFigures& vectors = stats.vector_cache();
  page->AddGauge("ebb_store_resident_customers", "Customers whose aggregates are in memory.",
                 static_cast<double>(stats.resident_customers()));
  page->AddGauge("ebb_store_state_bytes", "Memory of customers and their aggregates.",
                 static_cast<double>(stats.state_memory_bytes()));
  page->AddCounter("ebb_store_state_loads_total", "Customers brought back into memory.",
                   static_cast<double>(stats.state_loads()));
  page->AddGauge("ebb_store_waiting_events", "Events in memory that wait for customers whose aggregates are not.",
                 static_cast<double>(stats.waiting_events()));
  page->AddGauge("ebb_store_vectors", "Vectors kept to be read again.", static_cast<double>(vectors.vectors()));
  page->AddGauge("ebb_store_vector_bytes", "Memory that they take.", static_cast<double>(vectors.bytes()));
  const auto reads = [&](const char* result, int64_t count) {
    page->AddCounter("ebb_store_vector_reads_total", "Vectors asked for, by whether they were kept.",
                     static_cast<double>(count), {{"result", result}});
  };
  reads("hit", vectors.hits());
  reads("miss", vectors.misses());
}

void AddLags(const v1::StoreStats& stats, MetricPage* page) {
  const v1::StoreLags& lags = stats.lags();
  page->AddGauge("ebb_store_unsorted_events", "Lag of the sorter: the log not sorted into the history, in positions.",
                 static_cast<double>(lags.unsorted()));
  page->AddGauge("ebb_store_full_segments", "Lag of the sorter, in segments of the log that are full.",
                 static_cast<double>(stats.full_segments()));
  page->AddGauge("ebb_store_unsaved_events", "Lag of the checkpoint: the log that a start folds again, in positions.",
                 static_cast<double>(lags.unsaved()));
  page->AddGauge("ebb_store_unwatched_changes", "Lag of the slowest watcher, in changes.",
                 static_cast<double>(lags.unwatched()));
  page->AddGauge("ebb_store_watch_age_seconds", "Lag of the slowest watcher: the age of its oldest change.",
                 Seconds(lags.watch_age()));
  page->AddGauge("ebb_store_unswept_customers", "Customers to be looked at because time has passed.",
                 static_cast<double>(lags.unswept()));
  page->AddGauge("ebb_store_sweep_age_seconds", "For how long the first of them has been waiting.",
                 Seconds(lags.sweep_age()));
}

// Always there, so that an alert can tell the end of a back-fill from a store that does not answer.
void AddBackFill(const v1::StoreStats& stats, MetricPage* page) {
  const int64_t lacking = stats.back_fill().customers() - stats.back_fill().customers_done();
  page->AddGauge("ebb_store_back_filling", "1 while other declarations are being prepared.",
                 stats.has_back_fill() ? 1 : 0);
  page->AddGauge("ebb_store_back_fill_customers_left", "Customers that still have to be folded under them.",
                 static_cast<double>(lacking));
}

void AddDatabase(const v1::DatabaseFigures& database, MetricPage* page) {
  const auto bytes = [&](const char* name, const char* help, int64_t value) {
    page->AddGauge(name, help, static_cast<double>(value));
  };
  bytes("ebb_store_rocksdb_live_bytes", "Live records in sorted files, estimated.", database.live_bytes());
  bytes("ebb_store_rocksdb_file_bytes", "Sorted files.", database.file_bytes());
  bytes("ebb_store_rocksdb_wal_bytes", "Write-ahead log.", database.wal_bytes());
  bytes("ebb_store_rocksdb_memtable_bytes", "Memory of what is not in a sorted file yet.", database.memtable_bytes());
  bytes("ebb_store_rocksdb_table_reader_bytes", "Memory of indexes and filters.", database.table_reader_bytes());
  bytes("ebb_store_rocksdb_block_cache_bytes", "Memory of cached blocks.", database.block_cache_bytes());
  bytes("ebb_store_rocksdb_pending_compaction_bytes", "Files to be rewritten, estimated.",
        database.pending_compaction_bytes());
  page->AddGauge("ebb_store_rocksdb_background_jobs", "Compactions and flushes that run.",
                 static_cast<double>(database.background_jobs()));
  page->AddGauge("ebb_store_rocksdb_write_stalled", "1 while writes are held up.", database.stalling() ? 1 : 0);
  const auto reads = [&](const char* result, int64_t count) {
    page->AddCounter("ebb_store_rocksdb_block_reads_total", "Blocks asked of the block cache.",
                     static_cast<double>(count), {{"result", result}});
  };
  reads("hit", database.block_cache_hits());
  reads("miss", database.block_cache_misses());
  page->AddCounter("ebb_store_rocksdb_write_stall_seconds_total", "How long writes were held up.",
                   Seconds(database.stalled()));
}

}  // namespace

void AddStoreMetrics(const v1::StoreStats& stats, const IngestFigures& ingest, MetricPage* page) {
  AddIngest(stats, ingest, page);
  AddContent(stats, page);
  AddMemory(stats, page);
  AddLags(stats, page);
  AddBackFill(stats, page);
  AddDatabase(stats.database(), page);
}

void AddActivityMetrics(const v1::ActivityIndex& index, MetricPage* page) {
  if (index.weeks().empty()) return;
  const v1::ActivityWeek& week = *index.weeks().rbegin();
  const auto gauge = [&](const char* name, const char* help, double value) { page->AddGauge(name, help, value); };
  gauge("ebb_store_activity_week_seconds", "Start of the last week that is over, in seconds since 1970 UTC.",
        Seconds(week.start()));
  gauge("ebb_store_activity_base", "Customers known by the end of it.", static_cast<double>(week.base()));
  gauge("ebb_store_activity_active", "Of these, customers who did something in it.",
        static_cast<double>(week.active()));
  gauge("ebb_store_activity_orders", "Purchases in it.", static_cast<double>(week.orders()));
  gauge("ebb_store_activity_minutes", "Minutes on site in it.", week.minutes());
  if (week.has_index()) {
    gauge("ebb_store_activity_index", "Its activity as a percentage of the eight weeks before.", week.index());
  }
}

}  // namespace ebb::feature_store
