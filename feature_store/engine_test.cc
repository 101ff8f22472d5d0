#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "feature_store/event_time.h"
#include "feature_store/test_engine.h"
#include "runtime/rpc/error_details.h"

namespace ebb::feature_store {
namespace {

std::string Counts(const absl::StatusOr<v1::IngestResponse>& response) {
  if (!response.ok()) return response.status().ToString();
  return absl::StrCat(response->accepted(), " accepted, ", response->duplicate(), " duplicate, ", response->rejected(),
                      " rejected");
}

FeatureStoreEngine::Options SmallSegments() {
  FeatureStoreEngine::Options options;
  options.writer.max_unsorted_segments = 1'000;  // nobody sorts unless the test says so
  options.writer.segment_events = 3;
  return options;
}

TEST(Engine, AnAcknowledgedEventShowsAtOnce) {
  TestEngine store;
  EXPECT_EQ(Counts(store.Ingest({PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 1250)})),
            "1 accepted, 0 duplicate, 0 rejected");
  EXPECT_EQ(store.Feature("anna", "revenue_month_0"), "12.5");
  EXPECT_EQ(store.Feature("boris", "revenue_month_0"), "NOT_FOUND");
}

TEST(Engine, ARetryCountsOnce) {
  TestEngine store(SmallSegments());
  const std::vector<v1::Event> batch = {PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 100),
                                        PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 100),
                                        PurchaseOf("boris", "e1", "2026-03-10T10:00:00Z", 100)};
  EXPECT_EQ(Counts(store.Ingest(batch)), "2 accepted, 1 duplicate, 0 rejected");
  EXPECT_EQ(Counts(store.Ingest(batch)), "0 accepted, 3 duplicate, 0 rejected");
  store.Restart();
  EXPECT_EQ(Counts(store.Ingest(batch)), "0 accepted, 3 duplicate, 0 rejected");
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok());
  EXPECT_EQ(Counts(store.Ingest(batch)), "0 accepted, 3 duplicate, 0 rejected");
  EXPECT_EQ(store.Feature("anna", "revenue_month_0"), "1");
}

TEST(Engine, AnOrderlyEndLeavesNothingToSortOrFoldAgain) {
  TestEngine store;
  const std::vector<v1::Event> batch = {PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 100)};
  EXPECT_EQ(Counts(store.Ingest(batch)), "1 accepted, 0 duplicate, 0 rejected");
  EXPECT_EQ(store->Stats().lags().unsorted(), 1);
  store.Restart();
  EXPECT_EQ(store->Stats().lags().unsorted(), 0);
  EXPECT_EQ(store->Stats().lags().unsaved(), 0);
  EXPECT_EQ(Counts(store.Ingest(batch)), "0 accepted, 1 duplicate, 0 rejected");
}

TEST(Engine, ARetryCountsOnceAfterItsSegmentWasSortedAndForgotten) {
  TestEngine store(SmallSegments());
  const std::vector<v1::Event> batch = {PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 100),
                                        PurchaseOf("anna", "e2", "2026-03-10T10:00:01Z", 100),
                                        PurchaseOf("boris", "e3", "2026-03-10T10:00:02Z", 100)};
  EXPECT_EQ(Counts(store.Ingest(batch)), "3 accepted, 0 duplicate, 0 rejected");
  for (const bool restart : {false, true}) {
    SCOPED_TRACE(restart);
    ASSERT_TRUE(store.Maintain().ok());
    if (restart) store.Restart();
    EXPECT_EQ(Counts(store.Ingest(batch)), "0 accepted, 3 duplicate, 0 rejected");
  }
  EXPECT_EQ(store.Feature("anna", "revenue_month_0"), "2");
  EXPECT_EQ(store->Stats().events(), 3);
}

TEST(Engine, TheSameIdAtAnotherTimeIsRefusedByName) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest({PageViewOf("anna", "e1", "2026-03-10T10:00:00Z")}).ok());
  const auto response = store.Ingest({PageViewOf("anna", "e1", "2026-03-10T10:00:01Z")});
  EXPECT_EQ(Counts(response), "0 accepted, 0 duplicate, 1 rejected");
  EXPECT_EQ(response->rejections(0).field(), "event_id");
  EXPECT_EQ(response->rejections(0).value(), "e1");
  EXPECT_THAT(response->rejections(0).rule(), ::testing::HasSubstr("2026-03-10T10:00:00+00:00"));
}

TEST(Engine, ABadEventCostsNoneOfItsNeighbours) {
  TestEngine store;
  v1::Event bad = PurchaseOf("anna", "e2", "2026-03-10T10:00:00Z", 100);
  bad.mutable_purchase()->mutable_lines(0)->set_quantity(0);
  const auto response = store.Ingest({PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 100), bad,
                                      PurchaseOf("anna", "e3", "2026-03-10T10:00:00Z", 100)});
  EXPECT_EQ(Counts(response), "2 accepted, 0 duplicate, 1 rejected");
  EXPECT_EQ(response->rejections(0).index(), 1);
  EXPECT_EQ(response->rejections(0).field(), "purchase.lines[0].quantity");
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok());
  EXPECT_EQ(store.Feature("anna", "revenue_month_0"), "2") << "the refused event must not come back in the replay";
}

TEST(Engine, EveryRestartGivesTheSameVectorsAndSequences) {
  TestEngine store(SmallSegments());
  ASSERT_TRUE(store
                  .Ingest({PurchaseOf("anna", "e1", "2026-02-20T10:00:00Z", 100),
                           PurchaseOf("boris", "e1", "2026-03-10T10:00:00Z", 300)})
                  .ok());
  ASSERT_TRUE(store.Maintain().ok());
  store.clock.Advance(absl::Hours(1));
  ASSERT_TRUE(store
                  .Ingest({PurchaseOf("vera", "e1", "2026-03-10T12:30:00Z", 500),
                           PurchaseOf("anna", "e2", "2026-03-10T12:30:00Z", 700)})
                  .ok());
  ASSERT_TRUE(store.Import("digest-1", "2026-03-01T00:00:00Z", {RowOf("gleb", "revenue_month_0", "12.5")}).ok());
  store.clock.Advance(absl::Hours(24));
  store->writer().RunOnce();  // sweeps
  const std::string before = Describe(*store);
  const auto stats = store->Stats();
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok());
  EXPECT_EQ(Describe(*store), before) << "after kill";
  store.Restart();
  EXPECT_EQ(Describe(*store), before) << "after an orderly restart";
  ASSERT_TRUE(store.Maintain().ok());
  EXPECT_EQ(Describe(*store), before) << "after maintenance";
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok());
  EXPECT_EQ(Describe(*store), before) << "after kill behind maintenance";
  EXPECT_EQ(store->Stats().log_sequence(), stats.log_sequence());
  EXPECT_EQ(store->Stats().events(), stats.events());
}

TEST(Engine, SilenceIsASignal) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest({PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 1000)}).ok());
  const uint64_t before = store->change_sequence();
  store.clock.Advance(absl::Hours(24 * 40));
  store->writer().RunOnce();
  EXPECT_EQ(store.Feature("anna", "revenue_month_0"), "DEFAULT");
  EXPECT_EQ(store.Feature("anna", "revenue_month_1"), "10");
  EXPECT_EQ(ChangesAfter(*store, before, 10)->customers.size(), 1);
  const uint64_t after = store->change_sequence();
  store->writer().RunOnce();
  EXPECT_EQ(store->change_sequence(), after) << "nobody is touched whose vector stays as it is";
}

TEST(Engine, AnEventAheadOfTheClockShowsWhenTheClockPassesIt) {
  TestEngine store;
  ASSERT_EQ(Counts(store.Ingest({PurchaseOf("anna", "e1", "2026-03-10T12:03:00Z", 1000)})),
            "1 accepted, 0 duplicate, 0 rejected");
  EXPECT_NE(store.Feature("anna", "revenue_month_0"), "10");
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok());
  store.clock.Advance(absl::Minutes(3));
  store->writer().RunOnce();
  EXPECT_NE(store.Feature("anna", "revenue_month_0"), "10") << "an event stamped exactly T does not count";
  store.clock.Advance(absl::Microseconds(1));
  store->writer().RunOnce();
  EXPECT_EQ(store.Feature("anna", "revenue_month_0"), "10");
}

TEST(Engine, AWatermarkClockFollowsTheEvents) {
  FeatureStoreEngine::Options options;
  options.writer.clock_mode = ClockMode::kWatermark;
  TestEngine store(options);
  ASSERT_TRUE(store.Ingest({PurchaseOf("anna", "e1", "2025-11-10T10:00:00Z", 1000)}).ok());
  EXPECT_EQ(store->Stats().clock().seconds(), Stamp("2025-11-10T10:00:00Z").seconds());
  EXPECT_EQ(store.Feature("anna", "revenue_month_0"), "10");
  ASSERT_TRUE(store.Ingest({PurchaseOf("boris", "e1", "2025-12-20T10:00:00Z", 1000)}).ok());
  store->writer().RunOnce();
  EXPECT_EQ(store.Feature("anna", "revenue_month_1"), "10") << "time passed for anna, too";
  // Known as it happened: the past can be asked.
  EXPECT_EQ(store.Feature("anna", "revenue_month_0", "2025-11-10T10:00:01Z"), "10");
}

TEST(Engine, AsOfReadsSeeTheHistoryAndWhatWaitsToBeSorted) {
  TestEngine store(SmallSegments());
  std::vector<v1::Event> events;
  for (int i = 0; i < 3; ++i) events.push_back(PurchaseOf("anna", absl::StrCat("e", i), "2026-03-01T10:00:00Z", 100));
  ASSERT_TRUE(store.Ingest(events, /*backfill=*/true).ok());
  ASSERT_TRUE(store.Maintain().ok());
  ASSERT_TRUE(store.Ingest({PurchaseOf("anna", "e9", "2026-03-05T10:00:00Z", 100)}, /*backfill=*/true).ok());
  ASSERT_TRUE(store.Ingest({PurchaseOf("anna", "late", "2026-03-02T10:00:00Z", 5000)}).ok());
  EXPECT_EQ(store.Feature("anna", "revenue_month_0", "2026-03-02T00:00:00Z"), "3");
  EXPECT_EQ(store.Feature("anna", "revenue_month_0", "2026-03-06T00:00:00Z"), "4") << "the late one was not known then";
  EXPECT_EQ(store.Feature("anna", "revenue_month_0"), "54");
  EXPECT_EQ(store.Feature("anna", "revenue_month_0", "2026-03-01T10:00:00Z"), "NOT_FOUND");
}

TEST(Engine, ASnapshotIsVisibleAsAWholeAndCountsOnce) {
  TestEngine store;
  const std::vector<v1::SnapshotRow> rows = {RowOf("anna", "revenue_month_0", "3293.1"),
                                             RowOf("boris", "revenue_month_0", "10")};
  const auto first = store.Import("digest", "2026-03-10T00:00:00Z", rows);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->customers(), 2);
  EXPECT_EQ(store.Feature("anna", "revenue_month_0"), "3293.1");
  ASSERT_TRUE(store.Ingest({PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 10000)}).ok());
  EXPECT_EQ(store.Feature("anna", "revenue_month_0"), "3393.1");
  for (const bool restart : {false, true}) {
    if (restart) store.Restart();
    for (const char* as_of : {"2026-03-10T00:00:00Z", ""}) {
      const auto again = store.Import("digest", as_of, rows);
      ASSERT_TRUE(again.ok()) << again.status();
      EXPECT_TRUE(again->already_imported());
      EXPECT_EQ(again->customers(), 0);
      EXPECT_EQ(again->as_of().seconds(), Stamp("2026-03-10T00:00:00Z").seconds());
    }
  }
  EXPECT_EQ(store.Feature("anna", "revenue_month_0"), "3393.1");
}

TEST(Engine, ASnapshotIsRefusedByFieldAndRule) {
  struct Case {
    std::string what;
    std::string as_of;
    std::vector<v1::SnapshotRow> rows;
    std::string error;
  };
  const Case cases[] = {
      {"an unknown feature",
       "",
       {RowOf("anna", "shoe_size", "43")},
       "rows\\[0\\]\\.snapshot\\.values\\[0\\]\\.feature.*shoe_size"},
      {"no number", "", {RowOf("anna", "revenue_month_0", "many")}, "rows\\[0\\]\\.snapshot\\.values\\[0\\].*many"},
      {"a customer twice",
       "",
       {RowOf("anna", "revenue_month_0", "1"), RowOf("anna", "revenue_month_0", "2")},
       "rows\\[1\\]\\.customer_id.*once"},
      {"the future", "2026-03-10T12:06:00Z", {RowOf("anna", "revenue_month_0", "1")}, "header\\.as_of.*ahead"},
      {"the distant past",
       "2020-03-10T12:06:00Z",
       {RowOf("anna", "revenue_month_0", "1")},
       "header\\.as_of.*retention"},
  };
  TestEngine store;
  for (const Case& one : cases) {
    const auto response = store.Import("digest", one.as_of, one.rows);
    EXPECT_EQ(response.status().code(), absl::StatusCode::kInvalidArgument) << one.what;
    EXPECT_THAT(std::string(response.status().message()), ::testing::ContainsRegex(one.error)) << one.what;
    EXPECT_TRUE(BadRequestOf(response.status()).has_value()) << one.what;
  }
  EXPECT_EQ(store->Stats().customers(), 0);
}

TEST(Engine, OneImportAtATime) {
  TestEngine store;
  auto running = store->BeginSnapshot();
  ASSERT_TRUE(running.ok());
  EXPECT_EQ(store->BeginSnapshot().status().code(), absl::StatusCode::kResourceExhausted);
  running->reset();
  EXPECT_TRUE(store->BeginSnapshot().ok());
}

TEST(Engine, AFullDiskRefusesAndLosesNothing) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest({PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 100)}).ok());
  store.free_bytes = 1 << 20;
  const auto refused = store.Ingest({PurchaseOf("anna", "e2", "2026-03-10T10:00:00Z", 100)});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(refused.status().message()), ::testing::HasSubstr("--disk-reserve"));
  store.free_bytes = uint64_t{1} << 40;
  EXPECT_EQ(Counts(store.Ingest({PurchaseOf("anna", "e2", "2026-03-10T10:00:00Z", 100)})),
            "1 accepted, 0 duplicate, 0 rejected");
  EXPECT_EQ(store.Feature("anna", "revenue_month_0"), "2");
}

TEST(Engine, ListsCustomersInPages) {
  TestEngine store;
  for (const char* customer : {"vera", "anna", "boris"}) {
    ASSERT_TRUE(store.Ingest({PageViewOf(customer, "e1", "2026-03-10T10:00:00Z")}).ok());
  }
  v1::ListCustomersRequest request;
  request.set_page_size(2);
  auto page = store->ListCustomers(request);
  EXPECT_THAT(page->customer_ids(), ::testing::ElementsAre("vera", "anna"));
  request.set_page_token(page->next_page_token());
  page = store->ListCustomers(request);
  EXPECT_THAT(page->customer_ids(), ::testing::ElementsAre("boris"));
  EXPECT_EQ(page->next_page_token(), "");
}

TEST(Engine, ASnapshotCutByACrashLeavesNothing) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest({PurchaseOf("anna", "e1", "2026-03-10T10:00:00Z", 100)}).ok());
  const std::string before = Describe(*store);
  {
    auto snapshot = store->BeginSnapshot();
    v1::ImportSnapshotRequest header, rows;
    header.mutable_header()->set_snapshot_id("digest");
    *rows.mutable_rows()->add_rows() = RowOf("boris", "revenue_month_0", "10");
    ASSERT_TRUE((*snapshot)->Take(header).ok());
    ASSERT_TRUE((*snapshot)->Take(rows).ok());
  }
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok());
  EXPECT_EQ(Describe(*store), before);
  EXPECT_FALSE(
      store.Import("digest", "2026-03-10T00:00:00Z", {RowOf("boris", "revenue_month_0", "10")})->already_imported());
}

TEST(Engine, ASegmentEndsWithAGroupOfBatches) {
  FeatureStoreEngine::Options options;
  options.writer.segment_events = 2;
  TestEngine store(options);
  const auto batch = [](std::initializer_list<const char*> ids) {
    v1::IngestRequest request;
    for (const char* id : ids) *request.add_events() = PageViewOf("anna", id, "2026-03-10T10:00:00Z");
    return request.SerializeAsString();
  };
  // Three batches that wait together are one group; the first alone fills the segment.
  std::vector<int64_t> accepted, duplicate;
  const auto note = [&](absl::StatusOr<v1::IngestResponse> response) {
    ASSERT_TRUE(response.ok()) << response.status();
    accepted.push_back(response->accepted());
    duplicate.push_back(response->duplicate());
  };
  for (const std::string& bytes : {batch({"a", "b"}), batch({"c"}), batch({"d"})}) store->Ingest(bytes, note);
  store->writer().RunOnce();
  ASSERT_TRUE(store.Maintain().ok());
  for (const std::string& bytes : {batch({"d", "e"}), batch({"c"}), batch({"a"})}) store->Ingest(bytes, note);
  store->writer().RunOnce();
  EXPECT_EQ(accepted, (std::vector<int64_t>{2, 1, 1, 1, 0, 0}));
  EXPECT_EQ(duplicate, (std::vector<int64_t>{0, 0, 0, 1, 1, 1}));
  ASSERT_TRUE(store.Maintain().ok()) << "no event is sorted twice";
}

}  // namespace
}  // namespace ebb::feature_store
