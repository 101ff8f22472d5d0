#include "feature_store/training_row.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "feature_store/test_events.h"
#include "gmock/gmock.h"

namespace ebb::feature_store {
namespace {

using ::testing::HasSubstr;

const absl::Time kT = absl::FromCivil(absl::CivilDay(2025, 6, 1), absl::UTCTimeZone());
const absl::Time kNow = absl::FromCivil(absl::CivilDay(2026, 1, 1), absl::UTCTimeZone());

class TrainingRowTest : public ::testing::Test {
 protected:
  void Known(v1::Event event, absl::Time known_at) {
    *event.mutable_known_at() = ToTimestamp(known_at);
    history_.push_back(std::move(event));
  }
  // Pieces bought on the 15th of a month of 2025, known at once.
  void Buy(int month, int64_t pieces) {
    const absl::Time time = absl::FromCivil(absl::CivilDay(2025, month, 15), absl::UTCTimeZone());
    Known(PurchaseAt(time, absl::StrCat("m", month), 100, pieces), time + absl::Seconds(1));
  }

  // `declined`, `steady` or the reason of an exclusion.
  std::string Row(const LabelRule& rule, absl::Time as_of = kT, absl::Time now = kNow) const {
    return Rows(rule, {as_of}, {.now_us = absl::ToUnixMicros(now)});
  }
  // The same of several dates, with spaces between.
  std::string Rows(const LabelRule& rule, std::vector<absl::Time> dates, const Knowledge& knowledge) const {
    std::vector<v1::Event> history = history_;
    std::sort(history.begin(), history.end(), [](const v1::Event& a, const v1::Event& b) {
      return std::pair(EventTime(a), a.event_id()) < std::pair(EventTime(b), b.event_id());
    });
    google::protobuf::Arena arena;
    std::vector<EventView> views;
    for (const v1::Event& event : history) views.push_back(ViewOf(event, &arena));
    const std::vector<LabelDate> label_dates = LabelDatesOf(rule, declarations_.calendar(), dates);
    TrainingRows rows(&declarations_, rule, label_dates, knowledge);
    std::vector<std::string> text;
    const bool known = rows.Build(views, [&](const LabelDate&, const Label& label, const FeatureValues*) {
      const auto* exclusion = std::get_if<Exclusion>(&label);
      text.push_back(exclusion != nullptr    ? std::string(exclusion->reason)
                     : std::get<bool>(label) ? "declined"
                                             : "steady");
    });
    return known ? absl::StrJoin(text, " ") : "nothing";
  }

  // Of the month after T, in minor units.
  std::string Revenues(const LabelRule& rule) const {
    std::vector<v1::Event> history = history_;
    std::sort(history.begin(), history.end(), [](const v1::Event& a, const v1::Event& b) {
      return std::pair(EventTime(a), a.event_id()) < std::pair(EventTime(b), b.event_id());
    });
    google::protobuf::Arena arena;
    std::vector<EventView> views;
    for (const v1::Event& event : history) views.push_back(ViewOf(event, &arena));
    std::vector<LabelDate> dates = LabelDatesOf(rule, declarations_.calendar(), {&kT, 1});
    const int64_t now = absl::ToUnixMicros(kNow) + 1;
    MarkKnownRevenue({.now_us = now, .first_purchase_us = 0, .expired_before_us = 0}, declarations_.calendar(), dates);
    TrainingRows rows(&declarations_, rule, dates, {.now_us = now}, /*with_revenue=*/true);
    std::string text;
    rows.Build(views, [&](const LabelDate& date, const Label&, const FeatureValues*) {
      const std::optional<int64_t> revenue = rows.RevenueAfter(date);
      absl::StrAppend(&text, text.empty() ? "" : " ", revenue ? absl::StrCat(*revenue) : "-");
    });
    return text;
  }

  double Revenue(const v1::FeatureVector& vector) const {
    return vector.values(declarations_.FindFeature("revenue_month_0")).number();
  }

  const CompiledDeclarations declarations_ = DefaultDeclarations();
  std::vector<v1::Event> history_;
};

v1::PurchaseDecline Decline(double share = 0, v1::PurchaseDecline::Measure measure = v1::PurchaseDecline::ITEMS) {
  v1::PurchaseDecline rule;
  rule.set_decline_share(share);
  rule.set_measure(measure);
  return rule;
}

TEST_F(TrainingRowTest, FallingByMoreThanTheShareIsADecline) {
  for (int month : {3, 4, 5}) Buy(month, 10);
  Buy(6, 21);
  EXPECT_EQ(Row(Decline(0.3)), "steady");  // 21 of 30: by exactly 0.3.
  EXPECT_EQ(Row(Decline(0.29)), "declined");
  EXPECT_EQ(Row(Decline(0.5, v1::PurchaseDecline::ORDERS)), "declined");  // One of three.
  EXPECT_EQ(Row(Decline(0.7, v1::PurchaseDecline::ORDERS)), "steady");
}

TEST_F(TrainingRowTest, RefundsLowerSpend) {
  for (int month : {3, 4, 5, 6, 7, 8}) Buy(month, 10);
  EXPECT_EQ(Row(Decline(0.3, v1::PurchaseDecline::SPEND)), "steady");
  history_.push_back(EventAt(At("2025-08-20T00:00:00"), "r", "refund { order_id: 'm8' amount_minor: 950 }"));
  EXPECT_EQ(Row(Decline(0.3, v1::PurchaseDecline::SPEND)), "declined");
}

TEST_F(TrainingRowTest, ALabelMustBeMature) {
  for (int month : {3, 4, 5}) Buy(month, 10);
  EXPECT_EQ(Row(Decline(), kT, At("2025-08-31T23:59:59")), "label_not_mature");
  EXPECT_EQ(Row(Decline(), kT, At("2025-09-01T00:00:00")), "declined");
}

TEST_F(TrainingRowTest, OnlyCustomersActiveInEachMonthBeforeAreEligible) {
  for (int month : {3, 5}) Buy(month, 10);
  EXPECT_EQ(Row(Decline()), "not_active");
  // A purchase that became known only after T makes nobody eligible in hindsight.
  Known(PurchaseAt(At("2025-04-15T00:00:00"), "late", 100, 1), kT);
  EXPECT_EQ(Row(Decline()), "not_active");
  history_.back().clear_known_at();
  EXPECT_EQ(Row(Decline()), "declined");
}

TEST_F(TrainingRowTest, TheRevenueOfTheMonthAfterIsThatOfItsPurchasesLessRefunds) {
  for (int month : {3, 4, 5}) Buy(month, 1);
  EXPECT_EQ(Revenues(Decline()), "0");
  Known(PurchaseAt(kT, "at T", 125, 2), kNow);  // whenever it came to be known
  history_.push_back(EventAt(At("2025-06-30T23:59:59"), "r", "refund { order_id: 'm5' amount_minor: 100 }"));
  history_.push_back(EventAt(At("2025-07-01T00:00:00"), "r2", "refund { order_id: 'm5' amount_minor: 7 }"));
  for (const auto measure : {v1::PurchaseDecline::ITEMS, v1::PurchaseDecline::ORDERS, v1::PurchaseDecline::SPEND}) {
    EXPECT_EQ(Revenues(Decline(0, measure)), "150");
  }
  history_.push_back(EventAt(kT, "l", "activity_label { activity: STEADY }"));
  EXPECT_EQ(Revenues(v1::ImportedLabels()), "150");
  history_.push_back(EventAt(At("2025-06-20T00:00:00"), "r3", "refund { order_id: 'm5' amount_minor: 500 }"));
  EXPECT_EQ(Revenues(v1::ImportedLabels()), "-350");
}

TEST_F(TrainingRowTest, TheRevenueOfAMonthIsKnownWhereItHasPassedAndTheStoreHasAllOfIt) {
  const int64_t kDay = absl::ToInt64Microseconds(absl::Hours(24));
  const int64_t t = absl::ToUnixMicros(kT), end = absl::ToUnixMicros(At("2025-07-01T00:00:00"));
  const struct {
    RevenueReach reach;
    bool known;
  } kCases[] = {
      {{.now_us = end, .first_purchase_us = t, .expired_before_us = t}, true},
      {{.now_us = end - 1, .first_purchase_us = t, .expired_before_us = t}, false},
      {{.now_us = end, .first_purchase_us = t + kDay - 1, .expired_before_us = t}, true},
      {{.now_us = end, .first_purchase_us = t + kDay, .expired_before_us = t}, false},
      {{.now_us = end, .first_purchase_us = t - kDay, .expired_before_us = t + 1}, false},
  };
  for (const auto& one : kCases) {
    std::vector<LabelDate> dates = LabelDatesOf(v1::ImportedLabels(), declarations_.calendar(), {&kT, 1});
    MarkKnownRevenue(one.reach, declarations_.calendar(), dates);
    EXPECT_EQ(dates.front().revenue_known, one.known) << &one - kCases;
  }
}

TEST_F(TrainingRowTest, ImportedLabelsAreStampedExactlyT) {
  Buy(5, 1);
  EXPECT_EQ(Row(v1::ImportedLabels()), "unlabelled");
  history_.push_back(EventAt(kT + absl::Microseconds(1), "l0", "activity_label { activity: DECLINED }"));
  EXPECT_EQ(Row(v1::ImportedLabels()), "unlabelled");
  history_.push_back(
      EventAt(kT, "s", "imported_snapshot { values { feature: 'tenure_days' decimal: '5' } activity: STEADY }"));
  EXPECT_EQ(Row(v1::ImportedLabels()), "steady");
  history_.push_back(EventAt(kT, "l1", "activity_label { activity: DECLINED }"));
  EXPECT_EQ(Row(v1::ImportedLabels()), "declined");
}

TEST_F(TrainingRowTest, AnImportCanExcludeItsRow) {
  history_.push_back(EventAt(kT, "s",
                             "imported_snapshot { values { feature: 'tenure_days' decimal: '5' } activity: STEADY "
                             "training_exclusions: 'revenue_outlier' }"));
  EXPECT_EQ(Row(v1::ImportedLabels()), "revenue_outlier");
}

TEST_F(TrainingRowTest, ALabelAloneMakesNoRow) {
  history_.push_back(EventAt(kT, "l1", "activity_label { activity: DECLINED }"));
  EXPECT_EQ(Row(v1::ImportedLabels()), "not_active");
}

TEST_F(TrainingRowTest, TheVectorUsesOnlyWhatWasKnown) {
  const absl::Time time = kT - absl::Hours(24);
  Known(PurchaseAt(time, "in time", 1'000), time);
  Known(PurchaseAt(time, "late", 500), kT);
  Known(PurchaseAt(kT, "after", 50), kT);
  EXPECT_EQ(Revenue(VectorAsOf(declarations_, history_, kT, kT)), 10);
  EXPECT_EQ(Revenue(VectorAsOf(declarations_, history_, kT, kT + absl::Microseconds(1))), 15);
  EXPECT_EQ(Revenue(VectorAsOf(declarations_, history_, kT + absl::Microseconds(1), absl::InfiniteFuture())), 15.5);
}

TEST_F(TrainingRowTest, ARefundKnownLaterDoesNotUndoEligibility) {
  Buy(3, 1), Buy(4, 1), Buy(5, 1), Buy(6, 1);
  const auto rule = Decline(0.3, v1::PurchaseDecline::SPEND);
  const v1::Event refund = EventAt(At("2025-05-20T00:00:00"), "r", "refund { order_id: 'm5' amount_minor: 300 }");
  Known(refund, kT + absl::Hours(1));
  EXPECT_EQ(Row(rule), "steady") << "spend fell from what was kept, nothing";
  history_.pop_back();
  Known(refund, kT - absl::Hours(1));
  EXPECT_EQ(Row(rule), "not_active");
}

TEST_F(TrainingRowTest, ASnapshotAtTIsKnownAtT) {
  v1::Event snapshot = EventAt(kT, "s", "imported_snapshot { values { feature: 'revenue_month_0' decimal: '7' } }");
  Known(std::move(snapshot), kNow);  // The day it was imported does not matter.
  EXPECT_EQ(Revenue(VectorAsOf(declarations_, history_, kT, kT)), 7);
  EXPECT_EQ(Revenue(VectorAsOf(declarations_, history_, kT - absl::Microseconds(1), kT)), 0);
}

TEST_F(TrainingRowTest, WhatBecameKnownAfterTheSetBeganLeavesNoTrace) {
  for (int month : {3, 4, 5}) Buy(month, 10);
  const absl::Time began = At("2025-10-01T00:00:00");
  const Knowledge knowledge{.now_us = absl::ToUnixMicros(began), .known_before_us = absl::ToUnixMicros(began)};
  EXPECT_EQ(Rows(Decline(), {kT}, knowledge), "declined");
  Known(PurchaseAt(At("2025-06-15T00:00:00"), "late", 100, 30), began);
  EXPECT_EQ(Row(Decline()), "steady");
  EXPECT_EQ(Rows(Decline(), {kT}, knowledge), "declined");
  history_.erase(history_.begin(), history_.end() - 1);
  EXPECT_EQ(Rows(Decline(), {kT}, knowledge), "nothing") << "a customer of whom nothing was known then";
}

TEST_F(TrainingRowTest, LateKnowledgeCanBeAskedFor) {
  for (int month : {3, 4, 5}) Buy(month, 10);
  for (v1::Event& event : history_) *event.mutable_known_at() = ToTimestamp(kNow);  // loaded by an ordinary Ingest
  Knowledge knowledge{.now_us = absl::ToUnixMicros(kNow) + 1};
  EXPECT_EQ(Rows(Decline(), {kT}, knowledge), "not_active");
  knowledge.late = true;
  EXPECT_EQ(Rows(Decline(), {kT}, knowledge), "declined");
}

TEST_F(TrainingRowTest, EachDateHasItsOwnRow) {
  for (int month : {1, 2, 3, 4, 5, 6, 7, 8}) Buy(month, month < 6 ? 10 : 3);
  EXPECT_EQ(Rows(Decline(), {At("2025-01-10T00:00:00"), At("2025-04-01T00:00:00"), kT, kNow},
                 {.now_us = absl::ToUnixMicros(kNow)}),
            "not_active steady declined label_not_mature");
}

TEST(LabelRuleTest, IsChecked) {
  using ::testing::ElementsAre;
  EXPECT_THAT(CheckLabelRule(Decline(1.5)), ElementsAre(Violation{"purchase_decline.decline_share", "1.5",
                                                                  "must be above 0 and at most 1; 0 stands for 0.3"}));
  v1::PurchaseDecline rule = Decline(0.5);
  rule.set_horizon_months(13);
  EXPECT_THAT(CheckLabelRule(rule),
              ElementsAre(Violation{"purchase_decline.horizon_months", "13", "must be 1 to 12; 0 stands for 3"}));
  rule = Decline(0.5, static_cast<v1::PurchaseDecline::Measure>(9));
  EXPECT_THAT(CheckLabelRule(rule),
              ElementsAre(Violation{"purchase_decline.measure", "9", "must be ITEMS, ORDERS or SPEND"}));
  EXPECT_THAT(CheckLabelRule(Decline()), ::testing::IsEmpty());
  EXPECT_THAT(CheckLabelRule(v1::ImportedLabels()), ::testing::IsEmpty());
}

}  // namespace
}  // namespace ebb::feature_store
