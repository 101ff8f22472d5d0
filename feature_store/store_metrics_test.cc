#include "feature_store/store_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "google/protobuf/text_format.h"

namespace ebb::feature_store {
namespace {

// Dashboards and alerts are built on these names: what changes here is a change of the interface.
TEST(StoreMetrics, ThePageIsPinned) {
  v1::StoreStats stats;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(customers: 10000
           events: 2500000
           accepted: 400
           duplicate: 5
           rejected: 1
           disk_bytes: 90000000
           watchers: 2
           erased_customers: 4
           pending_erasures: 1
           expired_events: 77
           clock { seconds: 1773144000 nanos: 500000000 }
           full_segments: 3
           resident_customers: 8000
           state_memory_bytes: 700000
           state_loads: 12
           waiting_events: 345
           vector_cache { vectors: 6000 bytes: 900000 hits: 5000 misses: 250 }
           back_fill { customers_done: 4200 customers: 10000 }
           lags {
             unsorted: 1200
             unsaved: 3400
             unwatched: 56
             watch_age { nanos: 250000000 }
             unswept: 7
             sweep_age { seconds: 3 }
           }
           database {
             live_bytes: 80
             file_bytes: 90
             wal_bytes: 10
             memtable_bytes: 64
             table_reader_bytes: 8
             block_cache_bytes: 32
             block_cache_hits: 900
             block_cache_misses: 100
             pending_compaction_bytes: 5
             background_jobs: 1
             stalled { seconds: 2 }
             stalling: true
           })pb",
      &stats));
  IngestFigures ingest;
  ingest.batch_events.Observe(1);
  ingest.batch_events.Observe(1'000);
  ingest.commit_seconds.Observe(0.0015);
  MetricPage page;
  AddStoreMetrics(stats, ingest, &page);
  v1::ActivityIndex activity;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(weeks {
             start { seconds: 1 }
             base: 1
             active: 1
           }
           weeks {
             start { seconds: 1773100800 }
             base: 10000
             active: 6000
             orders: 4000
             minutes: 52000.5
             index: 96.5
           })pb",
      &activity));
  AddActivityMetrics(activity, &page);
  std::ifstream file("feature_store/store_metrics_test.golden");
  const std::string golden{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(page.Text(), golden);
}

}  // namespace
}  // namespace ebb::feature_store
