// Events older than the retention leave the disk, and no vector of now changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "feature_store/test_engine.h"

namespace ebb::feature_store {
namespace {

FeatureStoreEngine::Options ThreeHundredDays() {
  FeatureStoreEngine::Options options;
  options.writer.retention = absl::Hours(24 * 300);
  options.writer.segment_events = 1'000;
  return options;
}

// Some thousand page views of the time that the store's clock shows.
void Browse(TestEngine& store, int customers, const std::string& prefix) {
  const std::string time = absl::FormatTime(store.clock.Now() - absl::Hours(1), absl::UTCTimeZone());
  for (int batch = 0; batch < 5; ++batch) {
    std::vector<v1::Event> events;
    for (int i = 0; i < 1'000; ++i) {
      events.push_back(PageViewOf(absl::StrCat("c", i % customers), absl::StrCat(prefix, batch, "-", i), time));
      events.back().mutable_page_view()->set_category(absl::StrCat("category ", i * 7919 % 1'000));
    }
    ASSERT_TRUE(store.Ingest(events).ok());
    ASSERT_TRUE(store.Maintain().ok());
  }
}

int64_t EventsOf(TestEngine& store, const std::string& customer) {
  v1::ExportCustomerRequest request;
  request.set_customer_id(customer);
  const auto exported = store->ExportCustomer(request);
  if (!exported.ok()) return -1;
  int64_t events = 0;
  v1::ExportCustomerResponse message;
  absl::StatusOr<bool> more = (*exported)->Next(&message);
  for (; more.ok() && *more; more = (*exported)->Next(&message)) events += message.events_size();
  return more.ok() ? events : -1;
}

// Bytes of files can be compared only while no compaction is about to change them.
int64_t FileBytes(TestEngine& store) {
  while (store->Stats().database().background_jobs() > 0) std::this_thread::yield();
  return store->Stats().database().file_bytes();
}

TEST(Retention, FreesTheSpaceOfOldEventsAndChangesNoVector) {
  TestEngine store(ThreeHundredDays());
  ASSERT_TRUE(store.Maintain().ok());  // a walk is counted from the store's first day
  v1::Event profile = PageViewOf("c1", "tier", "2026-03-10T00:00:00Z");
  profile.clear_page_view();
  profile.mutable_profile_change()->set_service_tier("premium");
  ASSERT_TRUE(store.Ingest({profile}).ok());
  Browse(store, 50, "old");
  store.clock.Advance(absl::Hours(24 * 290));
  Browse(store, 50, "new");
  for (int i = 0; i < 5; ++i) store->writer().RunOnce();  // the sweep
  ASSERT_TRUE(store.Maintain().ok());
  const std::string before = Describe(*store);
  const int64_t bytes_before = FileBytes(store);
  EXPECT_EQ(EventsOf(store, "c1"), 201);

  store.clock.Advance(absl::Hours(24 * 30));
  ASSERT_TRUE(store.Maintain().ok());
  const v1::StoreStats stats = store->Stats();
  EXPECT_EQ(stats.expired_events(), 5'000);
  EXPECT_TRUE(stats.has_expired_before());
  EXPECT_EQ(EventsOf(store, "c1"), 101) << "the profile is kept: a lifetime feature reads it";
  EXPECT_LT(FileBytes(store), bytes_before * 0.65) << "the space is free";
  EXPECT_EQ(Describe(*store), before);
  EXPECT_EQ(store.Feature("c1", "service_tier"), "premium");
}

TEST(Retention, AnAsOfReadThatWouldMissEventsIsRefused) {
  TestEngine store(ThreeHundredDays());
  ASSERT_TRUE(store.Maintain().ok());
  Browse(store, 10, "old");
  store.clock.Advance(absl::Hours(24 * 320));
  ASSERT_TRUE(store.Maintain().ok());
  EXPECT_THAT(store.Feature("c1", "pages_per_visit_3m", "2026-03-10T13:00:00Z"), ::testing::HasSubstr("OUT_OF_RANGE"));
  EXPECT_THAT(store.Feature("c1", "pages_per_visit_3m", "2027-01-20T00:00:00Z"),
              ::testing::Not(::testing::HasSubstr("OUT_OF_RANGE")));
}

TEST(Retention, IsRememberedAcrossARestart) {
  TestEngine store(ThreeHundredDays());
  ASSERT_TRUE(store.Maintain().ok());
  Browse(store, 10, "old");
  store.clock.Advance(absl::Hours(24 * 320));
  ASSERT_TRUE(store.Maintain().ok());
  const std::string expired_before = store->Stats().expired_before().DebugString();
  store.Restart();
  EXPECT_EQ(store->Stats().expired_before().DebugString(), expired_before);
  ASSERT_TRUE(store.Maintain().ok());
  EXPECT_EQ(store->Stats().expired_events(), 0) << "nothing is walked again";
}

}  // namespace
}  // namespace ebb::feature_store
