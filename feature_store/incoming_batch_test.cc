#include "feature_store/incoming_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "feature_store/test_engine.h"
#include "feature_store/wire_event.h"
#include "tests/support/seed.h"

namespace ebb::feature_store {
namespace {

std::string Indexes(const v1::IngestResponse& response) {
  std::string text;
  for (const v1::RejectedEvent& one : response.rejections()) absl::StrAppend(&text, one.index(), one.field(), " ");
  return text;
}

// Two bytes of the wire each, three broken rules each.
v1::Event ManyEmptyLines(const std::string& id) {
  v1::Event event = PurchaseOf("anna", id, "2026-03-10T10:00:00Z", 100);
  event.mutable_purchase()->clear_lines();
  for (int i = 0; i < 1'000; ++i) event.mutable_purchase()->add_lines();
  return event;
}

TEST(IncomingBatch, NoBatchMakesAnAnswerThatAClientCannotRead) {
  v1::IngestRequest request;
  for (int i = 0; i < 10; ++i) *request.add_events() = ManyEmptyLines(absl::StrCat("e", i));
  while (request.events_size() < kMaxBatchEvents) request.add_events();  // nothing at all: four broken rules
  const Pseudonymizer customers("secret");
  const IdentityHash events("0123456789abcdef");
  const auto batch = ReadBatch(request.SerializeAsString(), At("2026-03-10T12:00:00Z"), {}, {&customers, &events});
  ASSERT_TRUE(batch.ok()) << batch.status();
  const v1::IngestResponse& response = (*batch)->response;
  EXPECT_EQ(response.rejected(), kMaxBatchEvents);
  EXPECT_LT(response.ByteSizeLong(), size_t{4} << 20) << "the size that gRPC takes unless told otherwise";
  EXPECT_EQ(response.rejections(8).rule(), "and 2992 more; correct those listed first");
  const v1::RejectedEvent& last = *response.rejections().rbegin();
  EXPECT_EQ(last.index(), kMaxBatchEvents - 1);
  EXPECT_EQ(last.rule(), "refused; the reasons do not fit into one answer: send smaller batches");
}

v1::IngestRequest SomeRequest() {
  v1::IngestRequest request;
  request.set_batch_id(300);
  *request.add_events() = PageViewOf("anna", "e1", "2026-03-10T10:00:00Z");
  *request.add_events() = PurchaseOf("boris", "e2", "2026-03-10T10:00:00.5Z", 100);
  v1::Event profile = PageViewOf("clara", "e3", "2026-03-10T10:00:00Z");
  profile.mutable_profile_change()->set_service_tier("premium");
  *request.add_events() = profile;
  return request;
}

// A byte changed, inserted, or removed; or one made a number that is longer than it has to be.
std::string Mutated(std::string bytes, std::mt19937_64& random) {
  for (uint64_t changes = 1 + random() % 3; changes > 0 && !bytes.empty(); --changes) {
    const size_t at = random() % bytes.size();
    switch (random() % 4) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes.insert(at, 1, static_cast<char>(random()));
        break;
      case 2:
        bytes.erase(at, 1);
        break;
      default:
        bytes[at] = static_cast<char>(bytes[at] | 0x80);
        bytes.insert(at + 1, std::string(random() % 9, '\x80') + '\0');
    }
  }
  return bytes;
}

// What is acknowledged is in the log, and the next start parses the log.
TEST(IncomingBatch, WhatIsTakenCanBeParsedLater) {
  const uint64_t seed = ebb::testing::SeedOfTheRun();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  const Pseudonymizer customers("secret");
  const IdentityHash events("0123456789abcdef");
  const std::string whole = SomeRequest().SerializeAsString();
  int taken = 0, partly = 0;
  for (int round = 0; round < 20'000; ++round) {
    const auto batch = ReadBatch(Mutated(whole, random), At("2026-03-10T12:00:00Z"), {}, {&customers, &events});
    if (!batch.ok()) continue;
    ++taken;
    std::vector<uint32_t> refused;
    for (uint32_t i = 0; i < (*batch)->events.size(); ++i) {
      if ((*batch)->events[i].refused) refused.push_back(i);
    }
    partly += refused.empty() ? 0 : 1;
    v1::IngestRequest parsed;
    ASSERT_TRUE(parsed.ParseFromString(WithoutEvents((*batch)->bytes, refused))) << absl::CHexEscape((*batch)->bytes);
    ASSERT_EQ(static_cast<size_t>(parsed.events_size()), (*batch)->events.size());
    for (int i = 0; i < parsed.events_size(); ++i) {
      const IncomingEvent& event = (*batch)->events[static_cast<size_t>(i)];
      if (event.refused) continue;
      ASSERT_EQ(parsed.events(i).customer_id(), event.view.customer_id) << absl::CHexEscape((*batch)->bytes);
      ASSERT_EQ(parsed.events(i).body_case(), event.view.body) << absl::CHexEscape((*batch)->bytes);
    }
  }
  EXPECT_GT(taken, 1'000);
  EXPECT_GT(partly, 1'000);
}

TEST(IncomingBatch, ATimeThatNobodyAskedForIsIgnored) {
  FeatureStoreEngine::Options options;
  options.writer.segment_events = 1;
  TestEngine store(options);
  v1::Event event = PageViewOf("anna", "e1", "2026-03-10T10:00:00Z");
  event.mutable_known_at()->set_seconds(std::numeric_limits<int64_t>::max());
  ASSERT_EQ(store.Ingest({event})->accepted(), 1);
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok());
  EXPECT_EQ(store.Feature("anna", "pages_per_visit_3m"), "1");
  ASSERT_TRUE(store.Maintain().ok());
  store.clock.Advance(absl::Hours(1));
  EXPECT_EQ(store.Feature("anna", "pages_per_visit_3m", "2026-03-10T12:30:00Z"), "1") << "sorted, too";
}

TEST(IncomingBatch, RejectionsAreInOrderWhicheverCheckFoundThem) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest({PageViewOf("anna", "e1", "2026-03-10T10:00:00Z")}).ok());
  v1::Event bad = PageViewOf("anna", "e2", "2026-03-10T10:00:00Z");
  bad.clear_customer_id();
  bad.clear_event_id();
  const auto response = store.Ingest(
      {PageViewOf("anna", "e1", "2026-03-10T10:00:01Z"), bad, PageViewOf("anna", "e1", "2026-03-10T10:00:02Z"), bad});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(Indexes(*response), "0event_id 1customer_id 1event_id 2event_id 3customer_id 3event_id ");
  EXPECT_EQ(response->rejected(), 4);
}

}  // namespace
}  // namespace ebb::feature_store
