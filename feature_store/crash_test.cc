// Power cuts and failing disks: no acknowledged event is lost, none counts twice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "feature_store/rocks_fault_fs.h"
#include "feature_store/test_engine.h"

namespace ebb::feature_store {
namespace {

FeatureStoreEngine::Options OptionsFor(uint64_t seed) {
  FeatureStoreEngine::Options options;
  if (seed % 2 == 0)
    options.writer.state_memory_bytes = options.writer.least_state_bytes = 0;  // nobody stays in memory
  options.writer.max_unsorted_segments = 1'000;                                // nobody sorts unless the test says so
  options.writer.segment_events = 20;
  options.maintenance.at_once.customers = 3;
  return options;
}

// A store on a faulty disk beside a book of what it acknowledged.
class Shop {
 public:
  explicit Shop(uint64_t seed) : random_(seed), store_(OptionsFor(seed), env_.get()) {}

  // Sends a few new events and some old ones again; false when the store failed.
  bool SendSome() {
    std::vector<v1::Event> batch;
    for (uint64_t i = 0, count = 1 + random_() % 10; i < count; ++i) {
      const uint64_t second = random_() % 1'000'000;
      batch.push_back(
          PurchaseOf(absl::StrCat("c", random_() % 7), absl::StrCat("e", next_id_++), "2026-03-01T00:00:00Z", 100));
      batch.back().mutable_event_time()->set_seconds(batch.back().event_time().seconds() -
                                                     static_cast<int64_t>(second));
    }
    if (!acknowledged_.empty()) batch.push_back(acknowledged_[random_() % acknowledged_.size()]);
    return Send(std::move(batch));
  }

  bool Maintain() { return store_.Maintain().ok(); }

  // The process and the machine's memory are gone.
  void PowerLoss() {
    store_.Kill();
    disk_->FailFrom(0);
    disk_->PowerLoss(random_() % 3 == 0 ? random_() % 5'000 : 0);
    const absl::Status opened = store_.Reopen();
    ASSERT_TRUE(opened.ok()) << opened;
  }

  // Sends again everything that was acknowledged or may have been: returns how many acknowledged ones were gone.
  int64_t CountLost() {
    int64_t lost = 0;
    if (!acknowledged_.empty()) {
      const auto response = store_.Ingest(acknowledged_);
      EXPECT_TRUE(response.ok()) << response.status();
      lost = response.ok() ? response->accepted() : -1;
    }
    if (!unknown_.empty()) {
      EXPECT_TRUE(Send(std::exchange(unknown_, {})));
    }
    return lost;
  }

  void ExpectEachCountsOnce() {
    std::map<std::string, int> counts;
    for (const v1::Event& event : acknowledged_) ++counts[event.customer_id()];
    EXPECT_EQ(store_->Stats().events(), static_cast<int64_t>(acknowledged_.size()));
    for (const auto& [customer, count] : counts) {
      EXPECT_EQ(store_.Feature(customer, "revenue_month_0"), absl::StrCat(count)) << customer;
    }
  }

  FaultFs& disk() { return *disk_; }
  TestEngine& store() { return store_; }
  std::mt19937_64& random() { return random_; }

 private:
  bool Send(std::vector<v1::Event> batch) {
    const auto response = store_.Ingest(batch);
    std::map<std::string, bool> known;
    for (const v1::Event& event : acknowledged_) known[event.event_id()] = true;
    for (v1::Event& event : batch) {
      if (known[event.event_id()]) continue;
      known[event.event_id()] = true;
      (response.ok() ? acknowledged_ : unknown_).push_back(std::move(event));
    }
    return response.ok();
  }

  std::mt19937_64 random_;
  const std::shared_ptr<FaultFs> disk_ = std::make_shared<FaultFs>();
  const std::unique_ptr<rocksdb::Env> env_ = NewFaultEnv(disk_);
  TestEngine store_;
  std::vector<v1::Event> acknowledged_;
  std::vector<v1::Event> unknown_;
  int next_id_ = 0;
};

TEST(Crash, RandomFaultsAndPowerCutsLoseNothingAndDoubleNothing) {
  for (uint64_t seed = 1; seed <= 16; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Shop shop(seed);
    for (int life = 0; life < 8; ++life) {
      if (shop.random()() % 2 == 0) shop.disk().FailFrom(static_cast<int64_t>(1 + shop.random()() % 60));
      for (int step = 0; step < 12; ++step) {
        const bool alive = shop.random()() % 4 == 0 ? shop.Maintain() : shop.SendSome();
        if (!alive) break;
      }
      ASSERT_NO_FATAL_FAILURE(shop.PowerLoss());
      ASSERT_EQ(shop.CountLost(), 0) << "life " << life;
      shop.ExpectEachCountsOnce();
      ASSERT_FALSE(::testing::Test::HasFailure()) << "life " << life;
    }
  }
}

TEST(Crash, EachOperationOfTheDiskMayBeTheLast) {
  int64_t fails_from = 1;
  for (bool survived = false; !survived; fails_from += 3) {
    SCOPED_TRACE(absl::StrCat("operation ", fails_from));
    ASSERT_LT(fails_from, 2'000) << "the workload never passes";
    Shop shop(7);
    shop.disk().FailFrom(fails_from);
    survived = true;
    for (int step = 0; survived && step < 8; ++step) survived = step % 4 == 3 ? shop.Maintain() : shop.SendSome();
    ASSERT_NO_FATAL_FAILURE(shop.PowerLoss());
    ASSERT_EQ(shop.CountLost(), 0);
    shop.ExpectEachCountsOnce();
    ASSERT_FALSE(::testing::Test::HasFailure());
  }
  EXPECT_GT(fails_from, 30) << "hardly any operation was tried";
}

TEST(Crash, AnImportIsThereAsAWholeOrNotAtAll) {
  std::vector<v1::SnapshotRow> rows;  // more than one entry of the log
  for (int i = 0; i < 5'000; ++i) rows.push_back(RowOf(absl::StrCat("c", i), "revenue_month_0", "1"));
  int whole = 0, none = 0;
  for (int64_t fails_from = 1; whole == 0; fails_from += 2) {
    SCOPED_TRACE(absl::StrCat("operation ", fails_from));
    ASSERT_LT(fails_from, 500) << "the import never passes";
    Shop shop(11);
    shop.disk().FailFrom(fails_from);
    const bool imported = shop.store().Import("digest", "2026-03-10T00:00:00Z", rows).ok();
    ASSERT_NO_FATAL_FAILURE(shop.PowerLoss());
    const int64_t customers = shop.store()->Stats().customers();
    EXPECT_TRUE(customers == 5'000 || (customers == 0 && !imported)) << customers;
    ++(customers == 0 ? none : whole);
    ASSERT_TRUE(shop.store().Import("digest", "2026-03-10T00:00:00Z", rows).ok());
    EXPECT_EQ(shop.store()->Stats().events(), 5'000);
  }
  EXPECT_GT(none, 1);
}

TEST(Crash, AfterAFailedWriteNothingIsAcknowledgedAnyMore) {
  Shop shop(3);
  ASSERT_TRUE(shop.SendSome());
  shop.disk().FailFrom(1);
  EXPECT_FALSE(shop.SendSome());
  EXPECT_EQ(shop.store().failure.code(), absl::StatusCode::kInternal);
  shop.disk().FailFrom(0);
  EXPECT_FALSE(shop.SendSome()) << "the disk works again, but a sync that failed must not be tried again";
}

// If this fails the tests above prove nothing.
TEST(Crash, ADiskThatLiesAboutSyncIsFoundOut) {
  Shop shop(5);
  shop.disk().LieAboutSync(true);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(shop.SendSome());
  shop.store().Kill();
  shop.disk().PowerLoss(0);
  shop.disk().LieAboutSync(false);
  if (shop.store().Reopen().ok()) {
    EXPECT_GT(shop.CountLost(), 0);
  }
}

}  // namespace
}  // namespace ebb::feature_store
