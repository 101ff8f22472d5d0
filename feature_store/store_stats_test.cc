// What GetStats says of a store at work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "feature_store/change_source.h"
#include "feature_store/test_engine.h"

namespace ebb::feature_store {
namespace {

std::vector<v1::Event> Views(int count, const std::string& time) {
  std::vector<v1::Event> events;
  for (int i = 0; i < count; ++i) events.push_back(PageViewOf(absl::StrCat("c", i), "e" + time, time));
  return events;
}

TEST(StoreStats, RatesAreOfTheLastMinute) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest(Views(120, "2026-03-09T00:00:00Z")).ok());
  ASSERT_TRUE(store.Ingest(Views(60, "2026-03-09T00:00:00Z")).ok()) << "sent again";
  store.clock.Advance(absl::Seconds(60));
  EXPECT_EQ(store->Stats().rates().accepted(), 2);
  EXPECT_EQ(store->Stats().rates().duplicate(), 1);
  EXPECT_EQ(store->Stats().rates().rejected(), 0);
  store.clock.Advance(absl::Seconds(60));
  EXPECT_EQ(store->Stats().rates().accepted(), 0);
  EXPECT_EQ(store->Stats().accepted(), 120) << "since the start";
}

TEST(StoreStats, TheSorterAndTheCheckpointCatchUp) {
  FeatureStoreEngine::Options options;
  options.writer.segment_events = 10;
  TestEngine store(options);
  ASSERT_TRUE(store.Ingest(Views(10, "2026-03-09T00:00:00Z")).ok());
  EXPECT_EQ(store->Stats().lags().unsorted(), 10);
  EXPECT_EQ(store->Stats().lags().unsaved(), 10);
  ASSERT_TRUE(store.Maintain().ok());
  EXPECT_EQ(store->Stats().lags().unsorted(), 0);
  EXPECT_EQ(store->Stats().lags().unsaved(), 0);
  EXPECT_EQ(store->Stats().sorted_sequence(), 10);
}

TEST(StoreStats, TheSlowestWatcherCounts) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest(Views(3, "2026-03-09T00:00:00Z")).ok());
  EXPECT_EQ(store->Stats().lags().unwatched(), 0) << "nobody watches";
  v1::WatchFeaturesRequest request;
  request.set_max_batch(1);
  auto watcher = ChangeSource::Open(&*store, request);
  ASSERT_TRUE(watcher.ok());
  EXPECT_EQ(store->Stats().lags().unwatched(), 3);
  v1::WatchFeaturesResponse message;
  (*watcher)->Next(&message);
  EXPECT_EQ(store->Stats().lags().unwatched(), 2);
  store.clock.Advance(absl::Seconds(5));
  ASSERT_TRUE(store.Ingest(Views(1, "2026-03-10T00:00:00Z")).ok());
  EXPECT_EQ(store->Stats().lags().watch_age().seconds(), 5);
  watcher->reset();
  EXPECT_EQ(store->Stats().lags().unwatched(), 0);
}

TEST(StoreStats, TheSweepsBacklogGrowsWithTheClock) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest(Views(3, "2026-03-09T00:00:00Z")).ok());
  EXPECT_EQ(store->Stats().lags().unswept(), 0);
  store.clock.Advance(absl::Hours(48));
  EXPECT_EQ(store->Stats().lags().unswept(), 3);
  EXPECT_GE(store->Stats().lags().sweep_age().seconds(), 86'400);
  for (int i = 0; i < 3; ++i) store->writer().RunOnce();
  EXPECT_EQ(store->Stats().lags().unswept(), 0);
}

// Blocks of tables that RocksDB was asked for, from its cache or from the disk.
int64_t BlockReads(TestEngine& store) {
  const v1::DatabaseFigures figures = store->Stats().database();
  return figures.block_cache_hits() + figures.block_cache_misses();
}

TEST(StoreStats, ANewEventCostsNoReadAndAnOldRetryDoes) {
  FeatureStoreEngine::Options options;
  options.writer.segment_events = 100;
  TestEngine store(options);
  const std::vector<v1::Event> old = Views(200, "2026-03-08T00:00:00Z");
  ASSERT_TRUE(store.Ingest(old).ok());
  ASSERT_TRUE(store.Maintain().ok());
  ASSERT_EQ(store->Stats().lags().unsorted(), 0) << "identities of the old events are in the history alone";
  const int64_t before = BlockReads(store);
  ASSERT_EQ(store.Ingest(Views(200, "2026-03-09T00:00:00Z"))->accepted(), 200);
  EXPECT_EQ(BlockReads(store), before);
  ASSERT_EQ(store.Ingest(old)->duplicate(), 200);
  EXPECT_GT(BlockReads(store), before) << "or nothing is counted";
}

TEST(StoreStats, TheDatabaseSpeaksForItself) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest(Views(100, "2026-03-09T00:00:00Z")).ok());
  const v1::StoreStats stats = store->Stats();
  EXPECT_GT(stats.database().memtable_bytes(), 0);
  EXPECT_GT(stats.database().wal_bytes(), 0);
  EXPECT_FALSE(stats.database().stalling());
  EXPECT_GT(stats.resident_bytes(), 1 << 20);
}

}  // namespace
}  // namespace ebb::feature_store
