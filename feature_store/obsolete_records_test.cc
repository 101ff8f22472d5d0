#include "feature_store/obsolete_records.h"

#include <gtest/gtest.h>

#include "feature_store/cleaner.h"
#include "feature_store/declarations.h"
#include "feature_store/event_time.h"
#include "feature_store/record_key.h"
#include "feature_store/stored_record.h"
#include "feature_store/test_engine.h"

namespace ebb::feature_store {
namespace {

Pseudonym Named(uint8_t name) {
  Pseudonym pseudonym{};
  pseudonym[0] = name;
  return pseudonym;
}

// As the sorter writes them: the key says who, when and which.
std::string ValueOf(v1::Event event) {
  event.clear_customer_id();
  event.clear_event_id();
  event.clear_event_time();
  *event.mutable_known_at() = Stamp("2026-01-01T00:00:00Z");
  return EncodeRecord(event);
}

TEST(ObsoleteRecords, AreThoseOfErasedCustomers) {
  ObsoleteRecords records;
  records.customers = {Named(7)};
  const std::string view = ValueOf(PageViewOf("", "", "2026-01-01T00:00:00Z"));
  EXPECT_TRUE(records.Names(EventKey(Named(7), 0, "e"), view));
  EXPECT_FALSE(records.Names(EventKey(Named(8), 0, "e"), view));
  EXPECT_TRUE(records.Names(EventKey(Named(7), 0, "e"), "damaged")) << "whatever they say";
}

TEST(ObsoleteRecords, AreThoseOlderThanTheRetentionUnlessTheirKindIsKept) {
  std::atomic<int64_t> expired = 0;
  ObsoleteRecords records;
  records.expired_before_us = 1'000;
  records.kept_bodies = 1u << v1::Event::kPurchase;
  records.expired = &expired;
  const std::string view = ValueOf(PageViewOf("", "", "2026-01-01T00:00:00Z"));
  const std::string purchase = ValueOf(PurchaseOf("", "", "2026-01-01T00:00:00Z", 5));
  EXPECT_TRUE(records.Names(EventKey(Named(1), 999, "e"), view));
  EXPECT_FALSE(records.Names(EventKey(Named(1), 1'000, "e"), view));
  EXPECT_FALSE(records.Names(EventKey(Named(1), 999, "e"), purchase));
  EXPECT_EQ(expired, 1);
}

TEST(ObsoleteRecords, WhatCannotBeReadIsKeptForTheReaderToComplain) {
  ObsoleteRecords records;
  records.expired_before_us = 1'000;
  EXPECT_FALSE(records.Names("short key", "x"));
  EXPECT_FALSE(records.Names(EventKey(Named(1), 0, "e"), ""));
  EXPECT_FALSE(records.Names(EventKey(Named(1), 0, "e"), "\x01"));
  EXPECT_FALSE(records.Names(EventKey(Named(1), 0, "e"), std::string("\x01\x00\xff\xff", 4)));
}

TEST(ObsoleteRecords, LifetimeFeaturesAndImportsKeepTheirKinds) {
  const auto declarations = CompileDeclarations(R"pb(
                                                  shop { time_zone: "UTC" money_scale: 2 }
                                                  features {
                                                    name: "tier"
                                                    description: "Tier."
                                                    group: COMMUNICATION
                                                    role: INPUT
                                                    field: SERVICE_TIER
                                                    aggregation: LAST
                                                    window { lifetime: true }
                                                  }
                                                  features {
                                                    name: "views"
                                                    description: "Pages."
                                                    group: COMMUNICATION
                                                    role: INPUT
                                                    field: PAGE_VIEW
                                                    aggregation: COUNT
                                                    window { days: 30 }
                                                  })pb",
                                                "test");
  ASSERT_TRUE(declarations.ok()) << declarations.status();
  const uint32_t kept = BodiesKeptForGood(*declarations);
  EXPECT_TRUE(kept >> v1::Event::kProfileChange & 1);
  EXPECT_TRUE(kept >> v1::Event::kImportedSnapshot & 1);
  EXPECT_FALSE(kept >> v1::Event::kPageView & 1);
  EXPECT_GE(LongestWindowDays(*declarations), 30);
  EXPECT_LE(LongestWindowDays(*declarations), 32);
}

TEST(RetentionWalk, WaitsUntilASixteenthHasComeTogether) {
  constexpr int64_t kDay = int64_t{86'400} * 1'000'000;
  const absl::Duration retention = absl::Hours(24 * 160);
  const WalkDecision first = DecideWalk(1'000 * kDay, retention, kBeforeAll);
  EXPECT_TRUE(first.note) << "a new store has nothing that old";
  EXPECT_FALSE(first.walk);
  EXPECT_EQ(first.expired_before_us, 840 * kDay);
  EXPECT_FALSE(DecideWalk(1'009 * kDay, retention, 840 * kDay).walk);
  const WalkDecision due = DecideWalk(1'010 * kDay, retention, 840 * kDay);
  EXPECT_TRUE(due.walk);
  EXPECT_FALSE(due.note);
  EXPECT_EQ(due.expired_before_us, 850 * kDay);
  EXPECT_FALSE(DecideWalk(990 * kDay, retention, 840 * kDay).walk) << "a clock that was set back";
  EXPECT_FALSE(DecideWalk(1'010 * kDay, absl::InfiniteDuration(), 0).walk);
}

}  // namespace
}  // namespace ebb::feature_store
