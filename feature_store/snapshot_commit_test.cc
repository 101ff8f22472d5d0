// Imports that are folded in several slices.
#include "feature_store/snapshot_commit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "feature_store/test_engine.h"

namespace ebb::feature_store {
namespace {

std::vector<v1::SnapshotRow> Rows(int count) {
  std::vector<v1::SnapshotRow> rows;
  for (int i = 0; i < count; ++i) rows.push_back(RowOf(absl::StrCat("c", i), "revenue_month_0", absl::StrCat(i)));
  return rows;
}

TEST(SnapshotCommit, ManySlicesComeBackAsTheyWere) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest({PurchaseOf("c5000", "e1", "2026-03-10T10:00:00Z", 100)}).ok());
  const auto response = store.Import("digest", "2026-03-10T00:00:00Z", Rows(9'000));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->customers(), 9'000);
  EXPECT_EQ(store->Stats().events(), 9'001);
  EXPECT_EQ(store.Feature("c5000", "revenue_month_0"), "5001");
  const std::string before = Describe(*store);
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok());
  EXPECT_EQ(Describe(*store), before);
}

TEST(SnapshotCommit, CheckpointsBetweenSlicesDoubleNothing) {
  TestEngine store;
  ASSERT_TRUE(store.Import("first", "2026-03-09T00:00:00Z", Rows(9'000)).ok());
  std::atomic<bool> imported = false;
  std::thread checkpoints([&] {
    while (!imported) EXPECT_TRUE(store->maintenance().WriteCheckpoint().ok());
  });
  for (const char* id : {"second", "third"}) {
    EXPECT_TRUE(store.Import(id, absl::StrCat("2026-03-10T0", id[0] == 's' ? 1 : 2, ":00:00Z"), Rows(9'000)).ok());
  }
  imported = true;
  checkpoints.join();
  const std::string before = Describe(*store);
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok());
  EXPECT_EQ(Describe(*store), before);
  EXPECT_EQ(store->Stats().events(), 27'000);
}

TEST(SnapshotCommit, AnImportThatDoesNotFitIntoTheRoomIsRefused) {
  TestEngine store;
  store.free_bytes = (256 << 20) + 1'000;  // a thousand bytes above the reserve
  EXPECT_EQ(store.Import("digest", "", Rows(1'000)).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(store->Stats().customers(), 0);
  EXPECT_TRUE(store.Import("digest", "", Rows(10)).ok());
}

}  // namespace
}  // namespace ebb::feature_store
