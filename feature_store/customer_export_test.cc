#include "feature_store/customer_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "feature_store/test_engine.h"

namespace ebb::feature_store {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

struct Exported {
  v1::CustomerFeatures features;
  std::vector<std::string> events;  // event ids
  std::vector<int> sizes;           // of the messages
};

absl::StatusOr<Exported> Export(TestEngine& store, const std::string& customer) {
  v1::ExportCustomerRequest request;
  request.set_customer_id(customer);
  absl::StatusOr<std::unique_ptr<CustomerExport>> exported = store->ExportCustomer(request);
  if (!exported.ok()) return exported.status();
  Exported all;
  v1::ExportCustomerResponse message;
  while (true) {
    const absl::StatusOr<bool> more = (*exported)->Next(&message);
    if (!more.ok()) return more.status();
    if (!*more) return all;
    EXPECT_EQ(message.has_features(), all.sizes.empty()) << "only in the first message";
    EXPECT_EQ(message.has_schema(), all.sizes.empty());
    if (message.has_features()) all.features = message.features();
    for (const v1::Event& event : message.events()) {
      EXPECT_EQ(event.customer_id(), customer);
      EXPECT_TRUE(event.has_known_at() || event.has_imported_snapshot());
      all.events.push_back(event.event_id());
    }
    all.sizes.push_back(message.events_size());
  }
}

TEST(CustomerExport, HoldsSortedAndUnsortedEventsAndImportsInOrderOfTime) {
  FeatureStoreEngine::Options options;
  options.writer.segment_events = 2;
  TestEngine store(options);
  ASSERT_TRUE(store
                  .Ingest({PurchaseOf("anna", "late", "2026-03-05T00:00:00Z", 700),
                           PurchaseOf("bert", "other", "2026-03-01T00:00:00Z", 5)})
                  .ok());
  ASSERT_TRUE(store.Maintain().ok());
  ASSERT_TRUE(store.Ingest({PageViewOf("anna", "early", "2026-03-02T00:00:00Z")}).ok());
  ASSERT_TRUE(store.Import("digest", "2026-03-03T00:00:00Z", {RowOf("anna", "profit_3m_avg", "4.5")}).ok());
  const absl::StatusOr<Exported> anna = Export(store, "anna");
  ASSERT_TRUE(anna.ok()) << anna.status();
  EXPECT_THAT(anna->events, ElementsAre("early", StartsWith("\x01"), "late"));
  EXPECT_EQ(anna->features.customer_id(), "anna");
  EXPECT_EQ(anna->features.vector().values_size(), store->Served().schema().features_size());
}

TEST(CustomerExport, IsCutIntoMessages) {
  TestEngine store;
  std::vector<v1::Event> events;
  for (int i = 0; i < 2'500; ++i) {
    events.push_back(PageViewOf("anna", absl::StrCat("e", i), "2026-03-02T00:00:00Z"));
  }
  ASSERT_TRUE(store.Ingest(events).ok());
  const absl::StatusOr<Exported> anna = Export(store, "anna");
  ASSERT_TRUE(anna.ok()) << anna.status();
  EXPECT_THAT(anna->sizes, ElementsAre(1'000, 1'000, 500));
}

TEST(CustomerExport, AStrangerIsNotFound) {
  TestEngine store;
  EXPECT_EQ(Export(store, "nobody").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Export(store, "").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(CustomerExport, NothingIsGivenOutOfACustomerWhoWasErasedMeanwhile) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest({PageViewOf("anna", "e", "2026-03-02T00:00:00Z")}).ok());
  v1::ExportCustomerRequest request;
  request.set_customer_id("anna");
  const auto exported = store->ExportCustomer(request);
  ASSERT_TRUE(exported.ok()) << exported.status();
  ASSERT_TRUE(store.Erase("anna").ok());
  v1::ExportCustomerResponse message;
  EXPECT_EQ((*exported)->Next(&message).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(message.ByteSizeLong(), 0u);
  EXPECT_EQ(store->ExportCustomer(request).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace ebb::feature_store
