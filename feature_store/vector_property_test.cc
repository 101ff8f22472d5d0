// Random customers, random features, random times: the fold must agree with the naive oracle in every bit. The seed of
// a failing case is in its message; EBB_TEST_SEED runs that one alone, EBB_TEST_CASES sets how many run.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "feature_store/naive_vector.h"
#include "feature_store/random_shop.h"
#include "feature_store/test_events.h"
#include "feature_store/vector.h"
#include "tests/support/random_cases.h"

namespace ebb::feature_store {
namespace {

CustomerState FoldAll(const CompiledDeclarations& declarations, const std::vector<v1::Event>& events) {
  CustomerState state;
  for (const v1::Event& event : events) state.Fold(declarations, event);
  return state;
}

// Names the first feature that differs.
void ExpectSame(const CompiledDeclarations& declarations, const v1::FeatureVector& got, const v1::FeatureVector& want) {
  for (int i = 0; i < want.values_size(); ++i) {
    ASSERT_EQ(got.values(i).SerializeAsString(), want.values(i).SerializeAsString())
        << declarations.source().features(i).ShortDebugString() << "\n got: " << got.values(i).ShortDebugString()
        << "\nwant: " << want.values(i).ShortDebugString();
  }
}

std::vector<v1::Event> RandomHistory(RandomShop& shop, const CompiledDeclarations& declarations) {
  std::vector<v1::Event> history;
  const int count = shop.Below(120);
  absl::Time time = shop.Time();
  for (int i = 0; i < count; ++i) {
    if (shop.Below(8) != 0) time = shop.Time();  // Otherwise the same instant again.
    history.push_back(shop.Event(i, time));
  }
  for (int i = shop.Below(3); i > 0; --i) history.push_back(shop.Snapshot(i, shop.Time(), declarations));
  return history;
}

// Values that are no news beside each other: the same, or counts of days less than an eighth apart.
void ExpectNoNews(const CompiledDeclarations& declarations, const v1::FeatureVector& before,
                  const v1::FeatureVector& after) {
  for (int i = 0; i < before.values_size(); ++i) {
    const v1::FeatureValue& x = before.values(i);
    const v1::FeatureValue& y = after.values(i);
    const v1::FeatureDefinition& feature = declarations.source().features(i);
    const bool counts_days = feature.field() == v1::TENURE_DAYS || feature.aggregation() == v1::DAYS_SINCE_LAST;
    if (counts_days && x.status() == v1::PRESENT) {
      ASSERT_EQ(y.status(), v1::PRESENT) << feature.ShortDebugString();
      ASSERT_LE(y.number() - x.number(), y.number() / 8) << feature.ShortDebugString();
    } else {
      ASSERT_EQ(x.SerializeAsString(), y.SerializeAsString()) << feature.ShortDebugString();
    }
  }
}

// With these events alone there may be no news before the time that NextChange names.
void ExpectStillUntilNextChange(const CompiledDeclarations& declarations, const CustomerState& state,
                                absl::Time as_of) {
  const v1::FeatureVector now = ComputeVector(declarations, state, as_of);
  const absl::Time next = NextChange(declarations, state, as_of);
  ASSERT_GT(next, as_of);
  const Day today = declarations.calendar().DayOf(as_of);
  for (Day day = today + 1; day < today + 420; ++day) {
    const absl::Time midnight = declarations.calendar().StartOf(day);
    if (midnight >= next) break;
    SCOPED_TRACE(absl::StrCat(absl::FormatTime(midnight), ", next ", absl::FormatTime(next)));
    ASSERT_FALSE(HasNews(declarations, state, as_of, midnight));
    ASSERT_NO_FATAL_FAILURE(ExpectNoNews(declarations, now, ComputeVector(declarations, state, midnight)));
  }
}

void RunCase(uint64_t seed) {
  RandomShop shop(seed);
  const CompiledDeclarations declarations = Compiled(shop.Declarations());
  const std::vector<v1::Event> history = RandomHistory(shop, declarations);
  for (int round = 0; round < 6; ++round) {
    const absl::Time as_of = shop.Time();
    SCOPED_TRACE(absl::StrCat("as of ", absl::FormatTime(as_of, shop.zone())));
    std::vector<v1::Event> events;
    for (const v1::Event& event : history) {
      if (IsBefore(event, as_of)) events.push_back(event);
    }
    const CustomerState state = FoldAll(declarations, events);
    const v1::FeatureVector vector = ComputeVector(declarations, state, as_of);
    ASSERT_NO_FATAL_FAILURE(ExpectSame(declarations, vector, NaiveVector(declarations.source(), events, as_of)));

    std::shuffle(events.begin(), events.end(), shop.random());
    const std::string bytes = state.Serialize(declarations);
    ASSERT_EQ(FoldAll(declarations, events).Serialize(declarations), bytes) << "the order of arrival left a trace";
    const absl::StatusOr<CustomerState> parsed = CustomerState::Parse(declarations, bytes);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    ASSERT_TRUE(*parsed == state);

    CustomerState swept = state;
    swept.DropExpired(declarations, as_of);
    ASSERT_NO_FATAL_FAILURE(ExpectSame(declarations, ComputeVector(declarations, swept, as_of), vector));
    ASSERT_NO_FATAL_FAILURE(ExpectStillUntilNextChange(declarations, swept, as_of));
  }
}

TEST(VectorPropertyTest, AgreesWithTheNaiveOracle) { testing::RunRandomCases(40, RunCase); }

}  // namespace
}  // namespace ebb::feature_store
