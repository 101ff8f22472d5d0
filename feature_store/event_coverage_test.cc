#include "feature_store/event_coverage.h"

#include <string>

#include "absl/strings/str_join.h"
#include "feature_store/test_events.h"

namespace ebb::feature_store {
namespace {

class EventCoverageTest : public ::testing::Test {
 protected:
  void Note(const v1::Event& event) {
    google::protobuf::Arena arena;
    coverage_.Note(ViewOf(event, &arena));
  }
  std::string Uncovered(const char* as_of) const { return absl::StrJoin(coverage_.Uncovered(At(as_of)), " "); }

  const CompiledDeclarations declarations_ = Compiled(
      "features { name: 'always' role: INPUT field: PURCHASE_ORDER aggregation: COUNT window { months: 3 } }"
      "features { name: 'orders_0' role: INPUT once_covered: true field: PURCHASE_ORDER aggregation: COUNT "
      "  window { months: 1 } }"
      "features { name: 'orders_1' role: INPUT once_covered: true field: PURCHASE_ORDER aggregation: COUNT "
      "  window { months: 1 offset: 1 } }"
      "features { name: 'last_visit' role: INPUT once_covered: true field: PAGE_VIEW_VISIT "
      "  aggregation: DAYS_SINCE_LAST window { lifetime: true } }"
      "features { name: 'spend_a_page' role: INPUT once_covered: true field: PURCHASE_AMOUNT aggregation: RATIO "
      "  numerator_aggregation: SUM denominator: PAGE_VIEW denominator_aggregation: COUNT window { days: 5 } }");
  EventCoverage coverage_{&declarations_};
};

TEST_F(EventCoverageTest, NothingIsCoveredByNoEvents) {
  EXPECT_EQ(Uncovered("2025-06-10T12:00:00"), "orders_0 orders_1 last_visit spend_a_page");
}

TEST_F(EventCoverageTest, AWindowIsCoveredOnceEventsReachBackOverIt) {
  Note(PurchaseAt(At("2025-05-10T23:00:00"), "e2", 100));
  Note(PurchaseAt(At("2025-05-20T12:00:00"), "e1", 100));
  EXPECT_EQ(Uncovered("2025-06-09T12:00:00"), "orders_0 orders_1 last_visit spend_a_page");
  EXPECT_EQ(Uncovered("2025-06-10T12:00:00"), "orders_1 last_visit spend_a_page");
  EXPECT_EQ(Uncovered("2025-07-10T12:00:00"), "last_visit spend_a_page");
}

TEST_F(EventCoverageTest, ARatioNeedsBothItsParts) {
  Note(PurchaseAt(At("2025-01-01T12:00:00"), "e", 100));
  Note(EventAt(At("2025-06-10T12:00:00"), "v", "page_view { visit_id: 'v' }"));
  EXPECT_EQ(Uncovered("2025-06-11T00:00:00"), "spend_a_page") << "a lifetime is covered by the first event";
  EXPECT_EQ(Uncovered("2025-06-15T00:00:00"), "");
}

TEST_F(EventCoverageTest, ASnapshotThatNamesAFeatureCoversIt) {
  v1::Event snapshot = EventAt(At("2025-06-01T00:00:00"), "s", "");
  snapshot.mutable_imported_snapshot()->add_values()->set_feature("orders_1");
  Note(snapshot);
  EXPECT_EQ(Uncovered("2025-06-10T12:00:00"), "orders_0 last_visit spend_a_page");
}

TEST_F(EventCoverageTest, CanBeCollectedInParts) {
  Note(PurchaseAt(At("2025-05-20T12:00:00"), "e1", 100));
  const std::string saved = coverage_.Save();
  EventCoverage other(&declarations_);
  other.Add(coverage_);
  coverage_ = EventCoverage(&declarations_);
  EXPECT_EQ(Uncovered("2025-06-20T12:00:00"), "orders_0 orders_1 last_visit spend_a_page");
  coverage_.AddSaved(saved);
  EXPECT_EQ(Uncovered("2025-06-20T12:00:00"), "orders_1 last_visit spend_a_page");
  EXPECT_EQ(other.Uncovered(At("2025-06-20T12:00:00")), coverage_.Uncovered(At("2025-06-20T12:00:00")));
}

}  // namespace
}  // namespace ebb::feature_store
