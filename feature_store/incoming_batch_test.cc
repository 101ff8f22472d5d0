#include "feature_store/incoming_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "feature_store/test_engine.h"

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
