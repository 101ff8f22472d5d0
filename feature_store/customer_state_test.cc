#include "feature_store/customer_state.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "feature_store/test_events.h"
#include "gmock/gmock.h"

namespace ebb::feature_store {
namespace {

using ::testing::HasSubstr;

// A measure of each kind that bytes differ for.
constexpr const char* kDeclarations = R"(
  features { name: 'revenue' role: INPUT field: PURCHASE_AMOUNT aggregation: SUM window { months: 1 } scale: 0.01 }
  features { name: 'visits' role: INPUT field: PAGE_VIEW_VISIT aggregation: DISTINCT window { days: 30 } }
  features { name: 'unpaid' role: INPUT field: UNPAID_QUANTITY aggregation: SUM window { months: 3 } }
  features { name: 'favourite' role: INPUT field: PURCHASE_CATEGORY aggregation: MOST_FREQUENT window { days: 7 } }
  features { name: 'tier' role: INPUT field: SERVICE_TIER aggregation: LAST window { lifetime: true } }
)";

CustomerState SampleState(const CompiledDeclarations& declarations) {
  CustomerState state;
  const absl::Time time = At("2025-03-10T12:00:00");
  state.Fold(declarations, PurchaseAt(time, "e1", 250));
  state.Fold(declarations, PurchaseAt(time + absl::Hours(24), "e2", 5));
  state.Fold(declarations, EventAt(time, "e3", "page_view { visit_id: 'v1' }"));
  state.Fold(declarations, EventAt(time, "e4", "profile_change { service_tier: 'gold' }"));
  state.Fold(declarations, EventAt(time, "s",
                                   "imported_snapshot { values { feature: 'revenue' decimal: '12.5' } "
                                   "values { feature: 'visits' decimal: '3' } }"));
  return state;
}

TEST(CustomerStateTest, BytesAreFrozen) {
  const CompiledDeclarations declarations = Compiled(kDeclarations);
  const std::string bytes = SampleState(declarations).Serialize(declarations);
  EXPECT_EQ(absl::BytesToHexString(bytes),
            "02c9270f42c5afb142"                                        // version, fingerprint
            "80c0a7c0fa839806"                                          // the newest event
            "3f0204746f797304676f6c64"                                  // seen, texts
            "02faba02f403020a01faba021053f0e27dc02b1700000000"          // tiles
            "02faba022ae5e5bfbd4baa3f01022ae5e5bfbd4baa3f01"            // products
            "02faba02000202000202faba020080c0ddeec102020080c0ddeec102"  // categories and their latest times
            "010500bf90b48ed9be80a2ff01018280d9c5edfdaf0c026534"        // the tier
            "0200c413018080d9c5edfdaf0c01730100000000000000084000");
}

TEST(CustomerStateTest, ReadsBackWhatItWrote) {
  const CompiledDeclarations declarations = Compiled(kDeclarations);
  for (const CustomerState& state : {CustomerState(), SampleState(declarations)}) {
    const absl::StatusOr<CustomerState> parsed = CustomerState::Parse(declarations, state.Serialize(declarations));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_TRUE(*parsed == state);
  }
}

TEST(CustomerStateTest, EveryCutIsDataLoss) {
  const CompiledDeclarations declarations = Compiled(kDeclarations);
  const std::string bytes = SampleState(declarations).Serialize(declarations);
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(CustomerState::Parse(declarations, bytes.substr(0, length)).status().code(), absl::StatusCode::kDataLoss)
        << length << " of " << bytes.size();
  }
  EXPECT_EQ(CustomerState::Parse(declarations, bytes + '\0').status().code(), absl::StatusCode::kDataLoss);
}

// Whatever a disk does to the bytes, reading them ends in a state or in an error.
TEST(CustomerStateTest, DamagedBytesNeverHurt) {
  const CompiledDeclarations declarations = Compiled(kDeclarations);
  const std::string bytes = SampleState(declarations).Serialize(declarations);
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      const absl::StatusOr<CustomerState> parsed = CustomerState::Parse(declarations, damaged);
      if (!parsed.ok()) continue;
      EXPECT_TRUE(CustomerState::Parse(declarations, parsed->Serialize(declarations)).ok()) << "byte " << i;
    }
  }
}

TEST(CustomerStateTest, AnotherVersionOrOtherDeclarationsAskForANewFold) {
  const CompiledDeclarations declarations = Compiled(kDeclarations);
  std::string bytes = SampleState(declarations).Serialize(declarations);
  const absl::Status other = CustomerState::Parse(DefaultDeclarations(), bytes).status();
  EXPECT_EQ(other.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(other.message()), HasSubstr("fold it again from the raw events"));
  bytes[0] = 3;
  const absl::Status newer = CustomerState::Parse(declarations, bytes).status();
  EXPECT_EQ(newer.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(newer.message()), HasSubstr("version 3, this program reads 2"));
}

TEST(CustomerStateTest, DropExpiredForgetsWhatNoWindowReaches) {
  const CompiledDeclarations declarations = Compiled(kDeclarations);
  CustomerState state = SampleState(declarations);
  const size_t tiles = state.tiles().size();
  state.DropExpired(declarations, At("2025-03-11T00:00:00"));
  EXPECT_EQ(state.tiles().size(), tiles);
  state.DropExpired(declarations, At("2026-03-11T00:00:00"));
  EXPECT_TRUE(state.tiles().empty());
  EXPECT_TRUE(state.keyed_tiles().empty());
  ASSERT_EQ(state.last_values().size(), 1u);  // The tier holds for ever, and so does its text.
  EXPECT_EQ(state.TextOf(static_cast<uint64_t>(state.last_values()[0].value)), "gold");
  EXPECT_TRUE(state.Seen(0));
}

// A regular customer of half a year: 60 days on the site. Printed for the budget of memory; the bound catches a change
// of layout.
TEST(CustomerStateTest, ARegularCustomerIsSmall) {
  const CompiledDeclarations declarations = DefaultDeclarations();
  CustomerState state;
  for (int day = 0; day < 60; ++day) {
    const absl::Time time = At("2025-01-01T10:00:00") + absl::Hours(72) * day;
    const std::string visit = absl::StrCat("visit_id: 'visit-", day, "'");
    for (const char* category : {"toys", "food"}) {
      state.Fold(declarations,
                 EventAt(time, "p", absl::StrCat("page_view { ", visit, " category: '", category, "' }")));
    }
    state.Fold(declarations, EventAt(time, "t", absl::StrCat("time_on_site { ", visit, " duration_ms: 600000 }")));
    if (day % 6 == 0) state.Fold(declarations, PurchaseAt(time, "o", 250'000));
    state.DropExpired(declarations, time);
  }
  const size_t stored = state.Serialize(declarations).size();
  RecordProperty("memory_bytes", static_cast<int>(state.MemoryBytes()));
  RecordProperty("stored_bytes", static_cast<int>(stored));
  EXPECT_LT(stored, 1'500u);
  EXPECT_LT(state.MemoryBytes(), 8'000u);
}

}  // namespace
}  // namespace ebb::feature_store
