#include "feature_store/verification.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "feature_store/event_time.h"
#include "feature_store/record_key.h"
#include "feature_store/rocks_storage.h"
#include "feature_store/stored_record.h"
#include "feature_store/test_engine.h"
#include "gmock/gmock.h"
#include "tests/support/seed.h"

namespace ebb::feature_store {
namespace {

using ::testing::HasSubstr;

// As text: `CUSTOMER FEATURE SERVED RECOMPUTED` of each mismatch, then what the summary says.
struct Verdict {
  std::vector<std::string> mismatches;
  v1::VerifySummary summary;
};

absl::StatusOr<Verdict> Verify(
    const FeatureStoreEngine& engine, const v1::VerifyRequest& request = {},
    const std::function<void()>& between = [] {}) {
  absl::StatusOr<std::unique_ptr<Verification>> verification = engine.Verify(request);
  if (!verification.ok()) return verification.status();
  Verdict verdict;
  for (v1::VerifyResponse message;; message.Clear()) {
    between();
    const absl::StatusOr<bool> more = (*verification)->Next(&message);
    if (!more.ok()) return more.status();
    if (!*more) return verdict;
    for (const v1::Mismatch& m : message.mismatches()) {
      verdict.mismatches.push_back(absl::StrJoin({m.customer_id(), m.feature(), m.served(), m.recomputed()}, " "));
    }
    if (message.has_summary()) verdict.summary = message.summary();
  }
}

v1::VerifyRequest HashAsOf(const std::string& time) {
  v1::VerifyRequest request;
  *request.mutable_hash_as_of() = Stamp(time);
  return request;
}

FeatureStoreEngine::Options SmallSegments(uint64_t events) {
  FeatureStoreEngine::Options options;
  options.writer.segment_events = events;
  return options;
}

// Some of everything: late, at the same instant, ahead of T.
std::vector<v1::Event> SomeEvents(std::mt19937_64& random, int events) {
  std::vector<v1::Event> made;
  for (int i = 0; i < events; ++i) {
    const std::string customer = absl::StrCat("c", random() % 7);
    const absl::Time time = At("2026-03-10T12:04:00Z") - absl::Seconds(random() % (40 * 86'400));
    v1::Event event = random() % 2 == 0 ? PageViewOf(customer, absl::StrCat("e", i), "2026-01-01T00:00:00Z")
                                        : PurchaseOf(customer, absl::StrCat("e", i), "2026-01-01T00:00:00Z",
                                                     static_cast<int64_t>(random() % 10'000));
    *event.mutable_event_time() = ToTimestamp(absl::FromUnixSeconds(absl::ToUnixSeconds(time)));
    made.push_back(std::move(event));
  }
  return made;
}

TEST(VerificationTest, WhatIsServedFollowsFromTheRawEvents) {
  TestEngine store(SmallSegments(20));
  std::mt19937_64 random(1);
  const std::vector<v1::Event> events = SomeEvents(random, 100);
  for (size_t i = 0; i < events.size(); i += 10) {
    ASSERT_TRUE(store.Ingest({events.begin() + static_cast<int>(i), events.begin() + static_cast<int>(i) + 10}).ok());
    if (i == 50) {
      ASSERT_TRUE(store.Maintain().ok());
    }
  }
  ASSERT_TRUE(store.Import("s1", "2026-03-01T00:00:00Z", {RowOf("c1", "revenue_month_0", "12.5")}).ok());
  const absl::StatusOr<Verdict> all = Verify(*store);
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_THAT(all->mismatches, ::testing::IsEmpty());
  EXPECT_EQ(all->summary.customers(), 7);
  EXPECT_EQ(all->summary.events(), 101);
  EXPECT_EQ(all->summary.mismatched(), 0);
  EXPECT_EQ(all->summary.state_hash().size(), 64u);

  v1::VerifyRequest request;
  request.set_sample(3);
  EXPECT_EQ(Verify(*store, request)->summary.customers(), 3);
  request.set_sample(0);
  for (const char* customer : {"c2", "c4", "c2"}) request.add_customer_ids(customer);
  EXPECT_EQ(Verify(*store, request)->summary.customers(), 2);
  request.set_sample(-1);
  EXPECT_THAT(Verify(*store, request).status().ToString(), HasSubstr("sample"));
  request.set_sample(1);
  EXPECT_THAT(Verify(*store, request).status().ToString(), HasSubstr("sample"));
  request.set_sample(0);
  request.add_customer_ids("nobody");
  EXPECT_TRUE(absl::IsNotFound(Verify(*store, request).status()));
  EXPECT_THAT(Verify(*store, HashAsOf("2027-01-01T00:00:00Z")).status().ToString(), HasSubstr("hash_as_of"));
}

TEST(VerificationTest, GoesOnWhileEventsArrive) {
  TestEngine store(SmallSegments(20));
  std::mt19937_64 random(2);
  const std::vector<v1::Event> events = SomeEvents(random, 200);
  ASSERT_TRUE(store.Ingest({events.begin(), events.begin() + 100}).ok());
  const std::string before = Verify(*store, HashAsOf("2026-03-10T00:00:00Z"))->summary.state_hash();
  size_t next = 100;
  const auto arrive = [&] {
    if (next == events.size()) return;
    ASSERT_TRUE(
        store.Ingest({events.begin() + static_cast<int>(next), events.begin() + static_cast<int>(next) + 20}).ok());
    ASSERT_TRUE(store.Maintain().ok());
    next += 20;
  };
  const absl::StatusOr<Verdict> verdict = Verify(*store, HashAsOf("2026-03-10T00:00:00Z"), arrive);
  ASSERT_TRUE(verdict.ok()) << verdict.status();
  EXPECT_THAT(verdict->mismatches, ::testing::IsEmpty());
  EXPECT_EQ(verdict->summary.customers(), 7);
  EXPECT_EQ(verdict->summary.state_hash(), before) << "of the moment at which it began";
}

// The first customer's record gets a state folded from these events, with a checksum that fits.
void Forge(TestEngine& store, const std::vector<v1::Event>& events) {
  ASSERT_TRUE(store.Maintain().ok());
  store.Kill();
  {
    absl::StatusOr<std::unique_ptr<Storage>> storage = OpenRocksStorage({.path = store.path + "/db", .create = false});
    ASSERT_TRUE(storage.ok()) << storage.status();
    storage::v1::CustomerRecord record;
    ASSERT_TRUE(DecodeRecord(**(*storage)->Get(Family::kState, StateKey(0)), "the first", &record).ok());
    CustomerState forged;
    for (const v1::Event& event : events) forged.Fold(*store.declarations, event);
    record.set_state(forged.Serialize(*store.declarations));
    WriteSet changes;
    const std::string bytes = EncodeRecord(record);
    changes.Add(Family::kState, StateKey(0), bytes);
    ASSERT_TRUE((*storage)->Write(changes, Durability::kSynced).ok());
  }
  ASSERT_TRUE(store.Reopen().ok());
}

TEST(VerificationTest, FindsATamperedState) {
  TestEngine store;
  ASSERT_TRUE(store
                  .Ingest({PurchaseOf("anna", "e1", "2026-03-09T10:00:00Z", 1'000),
                           PurchaseOf("bert", "e1", "2026-03-09T10:00:00Z", 500)})
                  .ok());
  Forge(store, {PurchaseOf("anna", "e1", "2026-03-09T10:00:00Z", 9'900)});
  ASSERT_EQ(store.Feature("anna", "revenue_month_0"), "99");
  const absl::StatusOr<Verdict> verdict = Verify(*store);
  ASSERT_TRUE(verdict.ok()) << verdict.status();
  EXPECT_EQ(verdict->summary.mismatched(), 1);
  EXPECT_THAT(verdict->mismatches, ::testing::Contains("anna revenue_month_0 99 10"));
  EXPECT_THAT(verdict->mismatches, ::testing::Not(::testing::Contains(::testing::StartsWith("bert"))));
}

// What left the history cannot be missed; what never was in it is found all the same, also in an empty window.
TEST(VerificationTest, LooksAsCloselyAfterTheRetentionHasTakenEvents) {
  FeatureStoreEngine::Options options = SmallSegments(1);
  options.writer.retention = absl::Hours(24 * 300);
  TestEngine store(options);
  ASSERT_TRUE(store.Maintain().ok());
  ASSERT_TRUE(store.Ingest({PurchaseOf("anna", "e1", "2026-03-09T10:00:00Z", 1'000)}).ok());
  store.clock.Advance(absl::Hours(24 * 320));
  const v1::Event visit = PageViewOf("anna", "e2", "2027-01-24T10:00:00Z");
  ASSERT_TRUE(store.Ingest({visit}).ok());
  ASSERT_TRUE(store.Maintain().ok());
  ASSERT_EQ(store->Stats().expired_events(), 1);
  EXPECT_THAT(Verify(*store)->mismatches, ::testing::IsEmpty());

  Forge(store, {visit, PurchaseOf("anna", "e3", "2027-01-24T09:00:00Z", 9'900)});
  EXPECT_THAT(Verify(*store)->mismatches, ::testing::Contains(::testing::StartsWith("anna revenue_month_0 99 ")));
}

// The hash is of the events and T alone: whatever the order, retries, crashes, checkpoints.
TEST(VerificationTest, AnyOrderOfDeliveryGivesTheSameHash) {
  std::mt19937_64 random(testing::SeedOfTheRun());
  const std::vector<v1::Event> events = SomeEvents(random, 120);
  const auto hash_of = [](TestEngine& store) {
    const absl::StatusOr<Verdict> verdict = Verify(*store, HashAsOf("2026-03-10T12:00:00Z"));
    EXPECT_TRUE(verdict.ok()) << verdict.status();
    EXPECT_THAT(verdict->mismatches, ::testing::IsEmpty());
    return verdict->summary.state_hash();
  };
  const std::vector<v1::SnapshotRow> rows = {RowOf("c1", "revenue_month_0", "12.5"), RowOf("new", "tenure_days", "30")};
  TestEngine clean;
  ASSERT_TRUE(clean.Ingest(events).ok());
  ASSERT_TRUE(clean.Import("s1", "2026-03-01T00:00:00Z", rows).ok());
  const std::string want = hash_of(clean);

  for (int round = 0; round < 10; ++round) {
    TestEngine store(SmallSegments(25));
    std::vector<v1::Event> shuffled = events;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    const size_t import_at = random() % events.size();
    for (size_t begin = 0; begin < shuffled.size();) {
      const size_t end = std::min(shuffled.size(), begin + 1 + random() % 20);
      if (begin <= import_at && import_at < end) {
        ASSERT_TRUE(store.Import("s1", "2026-03-01T00:00:00Z", rows).ok());
      }
      const std::vector<v1::Event> batch(shuffled.begin() + static_cast<int>(begin),
                                         shuffled.begin() + static_cast<int>(end));
      ASSERT_TRUE(store.Ingest(batch).ok());
      switch (random() % 6) {
        case 0:
          ASSERT_EQ(store.Ingest(batch)->duplicate(), static_cast<int64_t>(batch.size()));
          break;
        case 1:
          ASSERT_TRUE(store.Maintain().ok());
          break;
        case 2:
          store.Kill();
          ASSERT_TRUE(store.Reopen().ok());
          break;
        case 3:
          store.Restart();
          break;
      }
      begin = end;
    }
    store.clock.Set(At("2026-03-10T12:10:00Z"));
    store->writer().RunOnce();  // the sweep folds what was ahead
    EXPECT_EQ(hash_of(store), want) << "round " << round;
  }
  ASSERT_TRUE(clean.Ingest({PageViewOf("c1", "one-more", "2026-03-10T11:59:59Z")}).ok());
  EXPECT_NE(hash_of(clean), want);
}

TEST(StateHashTest, AddsUpWithoutRegardToOrderAndCarries) {
  Sha256Digest ones;
  ones.fill(0xff);
  const Sha256Digest a = Sha256("a");
  StateHash hash, other;
  EXPECT_EQ(hash.Hex(), std::string(64, '0'));
  hash.Add(ones);
  hash.Add(a);
  other.Add(a);
  other.Add(ones);
  EXPECT_EQ(hash.Hex(), other.Hex());
  Sha256Digest one{1};
  hash.Add(one);  // all ones and one are zero modulo 2^256
  StateHash alone;
  alone.Add(a);
  EXPECT_EQ(hash.Hex(), alone.Hex());
}

}  // namespace
}  // namespace ebb::feature_store
