// A customer who was erased is gone: for every call at once, and soon from every byte of the folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "feature_store/change_source.h"
#include "feature_store/test_engine.h"

namespace ebb::feature_store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Texts that only this customer's events hold. None is long enough to be found by chance.
constexpr char kVictim[] = "victim-of-curiosity";
constexpr char kCanary[] = "canary-in-a-body";
constexpr char kEventId[] = "tell-tale-event";

FeatureStoreEngine::Options FiftyEventSegments() {
  FeatureStoreEngine::Options options;
  options.writer.segment_events = 50;
  return options;
}

v1::Event VictimEvent(const std::string& id, const std::string& time) {
  v1::Event event = PageViewOf(kVictim, absl::StrCat(kEventId, "-", id), time);
  event.mutable_page_view()->set_category(kCanary);
  return event;
}

std::vector<v1::Event> Crowd(int count, const std::string& prefix) {
  std::vector<v1::Event> events;
  for (int i = 0; i < count; ++i) {
    events.push_back(PurchaseOf(absl::StrCat("c", i % 9), absl::StrCat(prefix, i), "2026-03-01T00:00:00Z", 100));
  }
  return events;
}

// Whose bytes are all over the store: in the history, in checkpoints, parked, and in the log that is not sorted yet.
void Fill(TestEngine& store) {
  std::vector<v1::Event> first = Crowd(40, "a");
  for (int i = 0; i < 20; ++i) {
    first.push_back(VictimEvent(absl::StrCat("old", i), absl::StrCat("2026-02-", 10 + i % 10, "T00:00:00Z")));
  }
  ASSERT_TRUE(store.Ingest(first).ok());
  ASSERT_TRUE(store.Maintain().ok());
  ASSERT_TRUE(store.Import("digest", "2026-03-02T00:00:00Z", {RowOf(kVictim, "profit_3m_avg", "4.5")}).ok());
  std::vector<v1::Event> second = Crowd(60, "b");
  second.push_back(VictimEvent("ahead", "2026-03-10T12:03:00Z"));
  ASSERT_TRUE(store.Ingest(second).ok());
  ASSERT_TRUE(store.Maintain().ok());
  std::vector<v1::Event> third = Crowd(10, "c");
  third.push_back(VictimEvent("fresh", "2026-03-10T11:00:00Z"));
  ASSERT_TRUE(store.Ingest(third).ok());
}

// Files of the folder that hold one of the texts.
std::vector<std::string> Search(const std::string& folder) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    for (const char* text : {kVictim, kCanary, kEventId}) {
      if (absl::StrContains(bytes, text)) found.push_back(absl::StrCat(entry.path().filename().string(), ": ", text));
    }
  }
  return found;
}

bool Removed(TestEngine& store) {
  const auto again = store.Erase(kVictim);
  return again.ok() && again->already_erased() && again->removed();
}

void Clean(TestEngine& store) {
  for (int i = 0; i < 5 && !Removed(store); ++i) ASSERT_TRUE(store.Maintain().ok());
}

TEST(Erasure, TheSearchFindsWhatIsThere) {
  TestEngine store(FiftyEventSegments());
  Fill(store);
  EXPECT_GT(Search(store.path).size(), 3u) << "a search that finds nothing proves nothing";
}

void ProveBySearch(const FeatureStoreEngine::Options& options) {
  TestEngine store(options);
  Fill(store);
  const std::string others = store.Feature("c1", "revenue_month_0");
  const auto erased = store.Erase(kVictim, "asked by letter");
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_FALSE(erased->already_erased());
  EXPECT_FALSE(erased->removed());
  EXPECT_EQ(store->Stats().pending_erasures(), 1);
  Clean(store);
  const auto again = store.Erase(kVictim);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->removed());
  EXPECT_EQ(again->events_removed(), 23);
  EXPECT_THAT(Search(store.path), IsEmpty());
  EXPECT_EQ(store->Stats().pending_erasures(), 0);
  EXPECT_EQ(store->Stats().erased_customers(), 1);
  EXPECT_EQ(store.Feature("c1", "revenue_month_0"), others);
  store.Restart();
  EXPECT_THAT(Search(store.path), IsEmpty());
  EXPECT_TRUE(Removed(store));
  EXPECT_EQ(store.Feature("c1", "revenue_month_0"), others);
}

TEST(Erasure, IsProvableBySearch) { ProveBySearch(FiftyEventSegments()); }

// Then events lie beside the record, in memory and appended to it.
TEST(Erasure, IsProvableBySearchWhereNobodyStaysInMemory) {
  FeatureStoreEngine::Options options = FiftyEventSegments();
  options.writer.state_memory_bytes = options.writer.least_state_bytes = 0;
  ProveBySearch(options);
}

// The first and last key of a file stand in the manifest, also after the file has gone.
TEST(Erasure, RenewsTheManifestThatNamedItsEvents) {
  TestEngine store(FiftyEventSegments());
  std::vector<v1::Event> events;
  for (int i = 0; i < 50; ++i) events.push_back(VictimEvent(absl::StrCat(i), "2026-03-01T00:00:00Z"));
  ASSERT_TRUE(store.Ingest(events).ok());
  ASSERT_TRUE(store.Maintain().ok());
  EXPECT_THAT(Search(store.path), ::testing::Contains(::testing::AllOf(HasSubstr("MANIFEST"), HasSubstr(kEventId))));
  ASSERT_TRUE(store.Erase(kVictim).ok());
  Clean(store);
  EXPECT_THAT(Search(store.path), IsEmpty());
  uintmax_t manifest_bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(store.path)) {
    if (absl::StartsWith(entry.path().filename().string(), "MANIFEST")) manifest_bytes += entry.file_size();
  }
  EXPECT_LT(manifest_bytes, 100'000u) << "what made it begin anew is not in it any more";
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok());
  EXPECT_EQ(store->Stats().erased_customers(), 1);
}

TEST(Erasure, ACrashAtAnyStepCostsOnlyTime) {
  // How far the background work comes before the crash.
  using Step = std::function<absl::Status(TestEngine&)>;
  const std::vector<std::pair<std::string, Step>> steps = {
      {"sorted", [](TestEngine& store) { return store->maintenance().SortFullSegments(); }},
      {"saved", [](TestEngine& store) { return store->maintenance().WriteCheckpoint(); }},
      {"dropped", [](TestEngine& store) { return store->maintenance().DropOldLog(); }},
      {"cleaned", [](TestEngine& store) { return store->cleaner().RunOnce(); }},
  };
  for (size_t done = 0; done <= steps.size(); ++done) {
    SCOPED_TRACE(done == 0 ? "at once" : "after " + steps[done - 1].first);
    TestEngine store(FiftyEventSegments());
    Fill(store);
    ASSERT_TRUE(store.Erase(kVictim).ok());
    for (size_t i = 0; i < done; ++i) ASSERT_TRUE(steps[i].second(store).ok());
    const std::string before = Describe(*store);
    store.Kill();
    ASSERT_TRUE(store.Reopen().ok());
    EXPECT_EQ(Describe(*store), before);
    EXPECT_EQ(store.Feature(kVictim, "pages_per_visit_3m"), "NOT_FOUND");
    EXPECT_EQ(store.Ingest({VictimEvent("new", "2026-03-10T11:30:00Z")})->rejected(), 1);
    Clean(store);
    EXPECT_TRUE(Removed(store));
    EXPECT_THAT(Search(store.path), IsEmpty());
    EXPECT_EQ(Describe(*store), before);
    store.Kill();
    ASSERT_TRUE(store.Reopen().ok());
    EXPECT_EQ(Describe(*store), before);
  }
}

TEST(Erasure, AnUnfinishedCheckpointThatKnowsOfItIsNoHarm) {
  FeatureStoreEngine::Options options = FiftyEventSegments();
  options.maintenance.at_once.customers = 1;
  TestEngine store(options);
  // The first event of the customer, its erasure and more events of others lie behind the last checkpoint.
  ASSERT_TRUE(store.Ingest(Crowd(5, "a")).ok());
  ASSERT_TRUE(store->maintenance().WriteCheckpoint().ok());
  ASSERT_TRUE(store.Ingest({VictimEvent("1", "2026-03-01T00:00:00Z")}).ok());
  ASSERT_TRUE(store.Erase(kVictim).ok());
  ASSERT_TRUE(store.Ingest(Crowd(9, "b")).ok());
  const std::string before = Describe(*store);
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok());
  EXPECT_EQ(Describe(*store), before);
  EXPECT_EQ(store->Stats().customers(), 9);
}

TEST(Erasure, EveryCallIsIgnorantAtOnce) {
  TestEngine store(FiftyEventSegments());
  Fill(store);
  const int64_t customers = store->Stats().customers();
  ASSERT_TRUE(store.Erase(kVictim).ok());
  EXPECT_EQ(store->Stats().customers(), customers - 1);
  EXPECT_EQ(store.Feature(kVictim, "pages_per_visit_3m"), "NOT_FOUND");
  EXPECT_EQ(store.Feature(kVictim, "pages_per_visit_3m", "2026-03-09T00:00:00Z"), "NOT_FOUND");
  v1::ListCustomersRequest list;
  const auto listed = store->ListCustomers(list);
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(listed->customer_ids_size(), customers - 1);
  EXPECT_THAT(listed->customer_ids(), ::testing::Not(::testing::Contains(kVictim)));
  EXPECT_THAT(listed->customer_ids(), ::testing::Not(::testing::Contains("")));
  v1::ExportCustomerRequest request;
  request.set_customer_id(kVictim);
  EXPECT_EQ(store->ExportCustomer(request).status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Describe(*store), ::testing::Not(HasSubstr(kVictim)));
}

TEST(Erasure, WhatComesAfterwardsIsRefusedAndNeverWritten) {
  TestEngine store(FiftyEventSegments());
  Fill(store);
  ASSERT_TRUE(store.Erase(kVictim).ok());
  Clean(store);
  std::vector<v1::Event> batch = {VictimEvent("new", "2026-03-10T11:30:00Z"),
                                  PageViewOf("c1", "good", "2026-03-10T11:30:00Z"),
                                  VictimEvent("old1", "2026-02-11T00:00:00Z")};
  const auto response = store.Ingest(batch);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->accepted(), 1);
  EXPECT_EQ(response->rejected(), 2);
  ASSERT_EQ(response->rejections_size(), 2);
  EXPECT_EQ(response->rejections(0).index(), 0);
  EXPECT_EQ(response->rejections(0).field(), "customer_id");
  EXPECT_THAT(response->rejections(0).rule(), HasSubstr("was erased"));
  EXPECT_THAT(Search(store.path), IsEmpty()) << "not even beside a good event";
  EXPECT_EQ(store.Ingest(batch)->duplicate(), 1);

  const auto imported = store.Import("next month", "2026-03-09T00:00:00Z",
                                     {RowOf(kVictim, "profit_3m_avg", "4.5"), RowOf("c2", "profit_3m_avg", "7")});
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_EQ(imported->customers(), 1);
  EXPECT_EQ(imported->erased(), 1);
  const auto empty = store.Import("alone", "2026-03-09T00:00:00Z", {RowOf(kVictim, "profit_3m_avg", "4.5")});
  ASSERT_TRUE(empty.ok()) << empty.status();
  EXPECT_EQ(empty->customers(), 0);
  EXPECT_EQ(empty->erased(), 1);
  ASSERT_TRUE(store.Maintain().ok());
  EXPECT_THAT(Search(store.path), IsEmpty());
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok()) << "the log with a hole in its batch is read again";
  EXPECT_EQ(store.Ingest(batch)->duplicate(), 1);
}

TEST(Erasure, NotEvenAnEventThatBreaksARuleIsWritten) {
  TestEngine store(FiftyEventSegments());
  Fill(store);
  ASSERT_TRUE(store.Erase(kVictim).ok());
  Clean(store);
  v1::Event far_ahead = VictimEvent("ahead", "2027-03-10T00:00:00Z");
  v1::Event of_no_kind = VictimEvent("none", "2026-03-10T11:30:00Z");
  of_no_kind.clear_page_view();
  v1::Event not_utf8 = VictimEvent("text", "2026-03-10T11:30:00Z");
  not_utf8.mutable_page_view()->set_category(absl::StrCat(kCanary, "\xff"));
  const auto response =
      store.Ingest({far_ahead, PageViewOf("c1", "good", "2026-03-10T11:30:00Z"), of_no_kind, not_utf8});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->accepted(), 1);
  EXPECT_EQ(response->rejected(), 3);
  EXPECT_THAT(Search(store.path), IsEmpty());
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok());
  EXPECT_EQ(store.Feature("c1", "pages_per_visit_3m"), "1");
}

TEST(Erasure, WhoFollowsChangesIsToldInOrderWithoutTheName) {
  TestEngine store;
  ASSERT_TRUE(
      store.Ingest({VictimEvent("1", "2026-03-01T00:00:00Z"), PageViewOf("c1", "2", "2026-03-01T00:00:00Z")}).ok());
  auto watcher = ChangeSource::Open(&*store, {});
  ASSERT_TRUE(watcher.ok());
  v1::WatchFeaturesResponse message;
  (*watcher)->Next(&message);
  EXPECT_EQ(message.customers_size(), 2);
  ASSERT_TRUE(store.Erase(kVictim).ok());
  message.Clear();
  ASSERT_EQ((*watcher)->Next(&message), Pull::kMessage);
  EXPECT_EQ(message.customers_size(), 0);
  ASSERT_EQ(message.erased_size(), 1);
  EXPECT_EQ(message.erased(0).sequence(), 3);
  const Pseudonym digest = TruncatedHmac(message.erased(0).salt()).Of(kVictim);
  EXPECT_EQ(message.erased(0).digest(), std::string(digest.begin(), digest.end()));
  EXPECT_THAT(message.SerializeAsString(), ::testing::Not(HasSubstr(kVictim)));
  const std::string told = message.erased(0).SerializeAsString();
  // Whoever comes back with an older token is told, too, also after a restart.
  watcher->reset();  // it follows an engine that ends
  store.Restart();
  v1::WatchFeaturesRequest anew;
  auto later = ChangeSource::Open(&*store, anew);
  message.Clear();
  (*later)->Next(&message);
  ASSERT_EQ(message.erased_size(), 1);
  EXPECT_EQ(message.erased(0).SerializeAsString(), told);
}

TEST(Erasure, WaitsForWhoeverStillReadsAnOlderView) {
  TestEngine store(FiftyEventSegments());
  Fill(store);
  v1::ReadTrainingSetRequest request;
  *request.add_as_of() = Stamp("2026-03-05T00:00:00Z");
  request.mutable_purchase_decline();
  auto reader = store->ReadTrainingSet(request);
  ASSERT_TRUE(reader.ok()) << reader.status();
  ASSERT_TRUE(store.Erase(kVictim).ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store.Maintain().ok());
  EXPECT_FALSE(Removed(store));
  reader->reset();
  Clean(store);
  EXPECT_TRUE(Removed(store));
  EXPECT_THAT(Search(store.path), IsEmpty());
}

TEST(Erasure, AStrangerIsNotFoundAndATellingReasonRefused) {
  TestEngine store;
  EXPECT_EQ(store.Erase("nobody").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store.Erase("").status().code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(store.Ingest({VictimEvent("1", "2026-03-01T00:00:00Z")}).ok());
  const absl::Status telling = store.Erase(kVictim, absl::StrCat("letter of ", kVictim)).status();
  EXPECT_EQ(telling.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(telling.message()), HasSubstr("reason"));
  EXPECT_EQ(store.Erase(kVictim, std::string(257, 'x')).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(store.Erase(kVictim).ok());
}

TEST(Erasure, NeedsNoRoomOnAFullDisk) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest({VictimEvent("1", "2026-03-01T00:00:00Z")}).ok());
  store.free_bytes = 0;
  EXPECT_TRUE(store.Erase(kVictim).ok());
}

}  // namespace
}  // namespace ebb::feature_store
