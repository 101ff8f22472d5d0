#include "feature_store/clock_sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "feature_store/declarations.h"
#include "feature_store/rocks_storage.h"
#include "feature_store/test_engine.h"

namespace ebb::feature_store {
namespace {

// Entries of the log that a store left behind when it was killed.
int LogEntries(const TestEngine& store) {
  const auto storage = *OpenRocksStorage({.path = store.path + "/db", .create = false});
  const auto view = storage->View();
  int entries = 0;
  for (const auto cursor = view->Scan(Family::kLog, "", ""); cursor->Valid(); cursor->Next()) ++entries;
  return entries;
}

TEST(ClockSweep, TheLogOfAShopWhereOnlyTimePassesStaysShort) {
  FeatureStoreEngine::Options options;
  options.writer.segment_events = 2;
  TestEngine store(options);
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(store.Ingest({PurchaseOf("anna", absl::StrCat("e", i), "2026-03-10T10:00:00Z", 100)}).ok());
    ASSERT_TRUE(store.Maintain().ok());
  }
  const int64_t begin = store->Stats().log_sequence();
  for (int month = 0; month < 6; ++month) {
    store.clock.Advance(absl::Hours(24 * 31));
    store->writer().RunOnce();
    ASSERT_TRUE(store.Maintain().ok());
  }
  EXPECT_GE(store->Stats().log_sequence(), begin + 3) << "time changed the vector";
  const std::string before = Describe(*store);
  store.Kill();
  EXPECT_LE(LogEntries(store), 2);
  ASSERT_TRUE(store.Reopen().ok());
  EXPECT_EQ(Describe(*store), before);
}

TEST(ClockSweep, TakesABoundedNumberAtOnceAndGoesOnWhereItStopped) {
  FeatureStoreEngine::Options options;
  options.writer.sweep_customers = 2;
  TestEngine store(options);
  for (const char* customer : {"anna", "boris", "clara", "dmitri", "eva"}) {
    ASSERT_TRUE(store.Ingest({PurchaseOf(customer, "e1", "2026-03-10T10:00:00Z", 1000)}).ok());
  }
  store.clock.Advance(absl::Hours(24 * 40));
  const uint64_t before = store->change_sequence();
  std::string told;
  for (int step = 0; step < 4; ++step) {
    store->writer().RunOnce();
    absl::StrAppend(&told, store->change_sequence() - before, " ");
  }
  EXPECT_EQ(told, "2 4 5 5 ");
}

v1::Event RegistrationOf(const std::string& customer, const std::string& time, int year) {
  v1::Event event;
  event.set_customer_id(customer);
  event.set_event_id("registered");
  *event.mutable_event_time() = Stamp(time);
  v1::Date* date = event.mutable_profile_change()->mutable_registration_date();
  date->set_year(year), date->set_month(1), date->set_day(1);
  return event;
}

// A tenure grows every midnight. If everybody was told of it every midnight, the sweep would be a scan of all.
TEST(ClockSweep, ACountOfDaysIsToldByStepsAndExactWhenItIs) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest({RegistrationOf("anna", "2026-03-10T10:00:00Z", 2025)}).ok());
  EXPECT_EQ(store.Feature("anna", "tenure_days"), "433");
  std::string told;
  for (int day = 0; day < 100; ++day) {
    store.clock.Advance(absl::Hours(24));
    const uint64_t before = store->change_sequence();
    store->writer().RunOnce();
    if (store->change_sequence() > before) told += store.Feature("anna", "tenure_days") + " ";
  }
  EXPECT_EQ(told, "448 480 512 ");
}

TEST(ClockSweep, NothingIsWrittenBelowTheReserveAndNobodyIsForgotten) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest({PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 1000)}).ok());
  const int64_t before = store->Stats().log_sequence();
  store.clock.Advance(absl::Hours(24 * 40));
  store.free_bytes = 1 << 20;
  store->writer().RunOnce();
  EXPECT_EQ(store->Stats().log_sequence(), before);
  EXPECT_TRUE(store.failure.ok()) << store.failure;
  store.free_bytes = uint64_t{1} << 40;
  store->writer().RunOnce();
  EXPECT_EQ(store.Feature("anna", "revenue_month_1"), "10");
}

std::vector<std::string> ChangedAfter(FeatureStoreEngine& store, uint64_t sequence) {
  std::vector<std::string> customers;
  const auto changes = ChangesAfter(store, sequence, 100);
  EXPECT_TRUE(changes.ok()) << changes.status();
  for (const auto& change : changes->customers) customers.push_back(change.customer_id());
  return customers;
}

TEST(ClockSweep, OtherDeclarationsAreAnnouncedEvenIfACrashComesAfterACheckpoint) {
  const auto cents = CompileDeclarations(
      absl::StrReplaceAll(std::string(DefaultDeclarationsText()), {{"scale: 0.01", "scale: 1"}}), "in minor units");
  ASSERT_TRUE(cents.ok()) << cents.status();
  TestEngine store;
  for (const char* customer : {"anna", "boris"}) {
    ASSERT_TRUE(store.Ingest({PurchaseOf(customer, "e1", "2026-03-10T10:00:00Z", 1000)}).ok());
  }
  store->Stop();
  const uint64_t seen = store->change_sequence();
  store.declarations = &*cents;
  ASSERT_TRUE(store.Reopen().ok());
  ASSERT_TRUE(store.BackFillAll().ok());
  EXPECT_EQ(store.Feature("anna", "revenue_month_0"), "1000");
  ASSERT_TRUE(store.Ingest({PurchaseOf("boris", "e2", "2026-03-10T10:00:00Z", 1)}).ok());
  ASSERT_TRUE(store.Maintain().ok());
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok());
  store->writer().RunOnce();
  EXPECT_THAT(ChangedAfter(*store, seen), ::testing::UnorderedElementsAre("anna", "boris"));
  EXPECT_EQ(store.Feature("boris", "revenue_month_0"), "1001");

  // Once they are announced nobody hears of them again.
  const uint64_t told = store->change_sequence();
  ASSERT_TRUE(store.Maintain().ok());
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok());
  store->writer().RunOnce();
  EXPECT_THAT(ChangedAfter(*store, told), ::testing::IsEmpty());
}

TEST(ClockSweep, AnAdvanceWeighsWhatItTakes) {
  EXPECT_EQ(WeightOfAdvance(1), 1u);
  EXPECT_EQ(WeightOfAdvance(4'096), 257u);
}

}  // namespace
}  // namespace ebb::feature_store
