// A store whose customers do not all fit into memory is the same store.
#include <atomic>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "feature_store/test_engine.h"
#include "gtest/gtest.h"
#include "tests/support/seed.h"

namespace ebb::feature_store {
namespace {

constexpr int kCustomers = 6'000;

FeatureStoreEngine::Options SmallMemory() {
  FeatureStoreEngine::Options options;
  options.writer.state_memory_bytes = 0;  // the least there is
  return options;
}

std::vector<v1::Event> Batch(std::mt19937_64& random, int number) {
  std::vector<v1::Event> events;
  for (int i = 0; i < 1'000; ++i) {
    const std::string customer = absl::StrCat("customer-", random() % kCustomers);
    const std::string id = absl::StrCat("e", number, "-", i);
    const std::string time = absl::StrCat("2026-03-0", 1 + random() % 9, "T10:00:00Z");
    events.push_back(random() % 2 == 0 ? PageViewOf(customer, id, time)
                                       : PurchaseOf(customer, id, time, static_cast<int64_t>(random() % 10'000)));
  }
  return events;
}

class ResidencyTest : public ::testing::Test {
 protected:
  void Send(int first, int last) {
    for (int number = first; number < last; ++number) {
      const std::vector<v1::Event> batch = Batch(random_, number);
      ASSERT_TRUE(small_.Ingest(batch).ok());
      ASSERT_TRUE(large_.Ingest(batch).ok());
    }
  }

  const uint64_t seed_ = ebb::testing::SeedOfTheRun();
  std::mt19937_64 random_{seed_};
  TestEngine small_{SmallMemory()}, large_;
  ::testing::ScopedTrace trace_{__FILE__, __LINE__, absl::StrCat("seed ", seed_)};
};

TEST_F(ResidencyTest, EqualsAStoreInMemory) {
  Send(0, 30);
  EXPECT_LT(small_->Stats().resident_customers(), kCustomers);
  EXPECT_EQ(large_->Stats().resident_customers(), large_->Stats().customers());
  EXPECT_EQ(Describe(*small_), Describe(*large_));
}

TEST_F(ResidencyTest, EqualsItAfterCrashesAndCheckpoints) {
  Send(0, 10);
  small_.Kill();
  ASSERT_TRUE(small_.Reopen().ok());
  Send(10, 20);
  ASSERT_TRUE(small_.Maintain().ok());
  Send(20, 25);
  small_.Kill();
  ASSERT_TRUE(small_.Reopen().ok());
  EXPECT_EQ(Describe(*small_), Describe(*large_));
  small_.Restart();
  EXPECT_EQ(Describe(*small_), Describe(*large_));
}

// They wait beside the record; whoever reads the customer folds them in.
TEST_F(ResidencyTest, EventsOfThoseWhoAreNotInMemoryBringNobodyBack) {
  Send(0, 12);
  EXPECT_LT(small_->Stats().resident_customers(), kCustomers);
  Send(12, 16);
  EXPECT_EQ(small_->Stats().state_loads(), 0);
  EXPECT_GT(small_->Stats().waiting_events(), 0);
  EXPECT_EQ(large_->Stats().waiting_events(), 0);
  EXPECT_EQ(Describe(*small_), Describe(*large_));
}

TEST_F(ResidencyTest, WhoHasManyEventsIsBroughtBack) {
  Send(0, 12);
  for (TestEngine* store : {&small_, &large_}) {
    ASSERT_TRUE(store->Ingest({PageViewOf("customer-1", "first", "2026-03-09T11:00:00Z")}).ok());
  }
  small_.Restart();  // nobody is in memory
  for (int number = 0; number < 3; ++number) {
    std::vector<v1::Event> events;
    for (int i = 0; i < 40; ++i) {
      events.push_back(PageViewOf("customer-1", absl::StrCat("m", number, "-", i), "2026-03-09T11:00:00Z"));
    }
    for (TestEngine* store : {&small_, &large_}) ASSERT_TRUE(store->Ingest(events).ok());
  }
  EXPECT_EQ(small_->Stats().state_loads(), 1);
  EXPECT_EQ(Describe(*small_), Describe(*large_));
}

// An event that lies ahead of T can only be parked in memory.
TEST_F(ResidencyTest, WhatLiesAheadIsSeenInTime) {
  Send(0, 12);
  for (TestEngine* store : {&small_, &large_}) {
    std::vector<v1::Event> events;
    for (int i = 0; i < 100; ++i) {
      events.push_back(PurchaseOf(absl::StrCat("customer-", i), "early", "2026-03-10T12:03:00Z", 500));
      events.push_back(PurchaseOf(absl::StrCat("customer-", i), "past", "2026-03-10T11:00:00Z", 300));
    }
    ASSERT_TRUE(store->Ingest(events).ok());
  }
  EXPECT_EQ(Describe(*small_), Describe(*large_));
  for (TestEngine* store : {&small_, &large_}) {
    store->clock.Set(At("2026-03-10T12:04:00Z"));
    for (int step = 0; step < 4; ++step) (*store)->writer().RunOnce();
  }
  EXPECT_EQ(Describe(*small_), Describe(*large_));
}

TEST_F(ResidencyTest, WhoIsErasedLeavesNothingThatWaits) {
  Send(0, 12);
  for (int i = 0; i < 3; ++i) {
    const std::string customer = absl::StrCat("customer-", i);
    for (TestEngine* store : {&small_, &large_}) {
      ASSERT_TRUE(store->Ingest({PageViewOf(customer, "last", "2026-03-09T11:00:00Z")}).ok());
      ASSERT_TRUE(store->Erase(customer).ok());
    }
  }
  small_.Kill();
  ASSERT_TRUE(small_.Reopen().ok());
  EXPECT_EQ(Describe(*small_), Describe(*large_));
  ASSERT_TRUE(small_.Maintain().ok());
  EXPECT_EQ(small_->Stats().pending_erasures(), 0);
}

// The live store folds an import in parts and makes room between them; so must a start that finds it in the log.
TEST_F(ResidencyTest, AnImportIsReplayedWithinTheBudget) {
  Send(0, 12);
  std::vector<v1::SnapshotRow> rows;
  for (int i = 0; i < 10'000; ++i) rows.push_back(RowOf(absl::StrCat("customer-", i), "revenue_month_0", "7"));
  for (TestEngine* store : {&small_, &large_}) {
    const auto imported = store->Import("digest", "2026-03-10T00:00:00Z", rows);
    ASSERT_TRUE(imported.ok()) << imported.status();
  }
  small_.Kill();
  ASSERT_TRUE(small_.Reopen().ok());
  EXPECT_LT(small_->Stats().resident_customers(), kCustomers);
  EXPECT_EQ(Describe(*small_), Describe(*large_));
}

// A customer that a checkpoint has saved but not yet written must neither leave memory as if it were on the disk, nor
// be overwritten by the older record when an eviction was faster.
TEST_F(ResidencyTest, EvictionsBesideCheckpointsLoseNothing) {
  std::atomic<bool> done = false;
  std::thread checkpoints([&] {
    while (!done) EXPECT_TRUE(small_->maintenance().WriteCheckpoint().ok());
  });
  Send(0, 40);
  done = true;
  checkpoints.join();
  EXPECT_EQ(Describe(*small_), Describe(*large_));
  small_.Kill();
  ASSERT_TRUE(small_.Reopen().ok());
  EXPECT_EQ(Describe(*small_), Describe(*large_));
}

// Whoever the sweep looks at becomes resident, whether there is news or not.
TEST_F(ResidencyTest, ASweepThatFindsNoNewsFillsNoMemory) {
  Send(0, 12);
  small_.Restart();
  small_.clock.Set(At("2026-03-11T01:00:00Z"));
  int64_t most = 0;
  for (int step = 0; step < 8; ++step) {
    small_->writer().RunOnce();
    most = std::max(most, small_->Stats().resident_customers());
  }
  EXPECT_GT(most, 0) << "somebody was looked at";
  EXPECT_LT(small_->Stats().resident_customers(), kCustomers);
}

TEST_F(ResidencyTest, TimeReachesThoseWhoAreNotInMemory) {
  Send(0, 12);
  for (TestEngine* store : {&small_, &large_}) {
    store->clock.Set(At("2026-07-01T12:00:00Z"));
    const int64_t before = (**store).change_sequence();
    for (int step = 0; step < 8; ++step) (*store)->writer().RunOnce();
    EXPECT_GT((**store).change_sequence(), before + kCustomers / 2);
  }
  for (int i = 0; i < 100; ++i) {
    const std::string customer = absl::StrCat("customer-", i);
    EXPECT_EQ(small_.Feature(customer, "revenue_month_0"), large_.Feature(customer, "revenue_month_0"));
  }
  EXPECT_LT(small_->Stats().resident_customers(), kCustomers);
}

}  // namespace
}  // namespace ebb::feature_store
