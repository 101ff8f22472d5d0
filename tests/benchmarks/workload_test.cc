#include "tests/benchmarks/workload.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace ebb::benchmarks {
namespace {

constexpr int64_t kEvents = 200'000;

int64_t Micros(const v1::Event& event) {
  return event.event_time().seconds() * 1'000'000 + event.event_time().nanos() / 1'000;
}

// What a workload turned out to be, event by event.
struct Seen {
  std::map<v1::Event::BodyCase, int64_t> kinds;  // of events sent for the first time
  int64_t first = 0;
  int64_t late = 0;
  int64_t repeated = 0;
  int64_t repeated_as_told = 0;
  int64_t repeated_soon = 0;  // within the next thousand events
  std::map<std::string, int64_t> events_of;

  explicit Seen(const WorkloadOptions& options) {
    std::map<std::string, int64_t> sent;  // event -> where
    int64_t index = 0, latest = 0;
    repeated_as_told = MakeWorkload(options, [&](const v1::IngestRequest& batch) {
      for (const v1::Event& event : batch.events()) {
        const auto [before, is_new] = sent.emplace(event.SerializeAsString(), index++);
        if (!is_new) {
          ++repeated;
          repeated_soon += index - 1 - before->second <= 1'000 ? 1 : 0;
          continue;
        }
        ++first;
        ++kinds[event.body_case()];
        ++events_of[event.customer_id()];
        EXPECT_GE(Micros(event), latest - absl::ToInt64Microseconds(absl::Hours(24 * 7)));
        late += Micros(event) < latest ? 1 : 0;
        latest = std::max(latest, Micros(event));
        if (event.has_purchase()) {
          EXPECT_EQ(event.purchase().lines_size(), 3);
        }
      }
    });
  }
};

TEST(WorkloadTest, HoldsTheSharesThatItPromises) {
  const Seen seen(WorkloadOptions{.events = kEvents});
  const auto share = [&](int64_t count) { return 100.0 * static_cast<double>(count) / kEvents; };
  EXPECT_NEAR(share(seen.kinds.at(v1::Event::kPageView)), 60, 1);
  EXPECT_NEAR(share(seen.kinds.at(v1::Event::kBasketChange)), 15, 0.5);
  EXPECT_NEAR(share(seen.kinds.at(v1::Event::kPurchase)), 10, 0.5);
  EXPECT_NEAR(share(seen.kinds.at(v1::Event::kTimeOnSite)), 10, 0.5);
  EXPECT_NEAR(share(seen.late), 2, 0.1);
  EXPECT_NEAR(share(seen.repeated), 1, 0.1);
  EXPECT_EQ(seen.repeated, seen.repeated_as_told);
}

TEST(WorkloadTest, RepeatsEventsOfTheLastMinuteAndOfLongAgo) {
  const Seen seen(WorkloadOptions{.events = kEvents});
  const double soon = static_cast<double>(seen.repeated_soon) / static_cast<double>(seen.repeated);
  EXPECT_GT(soon, 0.5);
  EXPECT_LT(soon, 0.7);  // fewer events have a distance of a million than there will be
}

TEST(WorkloadTest, GivesTheFirstCustomerOfZipfItsShare) {
  const Seen uniform(WorkloadOptions{.events = kEvents, .customers = 1'000});
  const Seen zipf(WorkloadOptions{.events = kEvents, .customers = 1'000, .zipf = true});
  EXPECT_NEAR(static_cast<double>(uniform.events_of.at("c0")), kEvents / 1'000.0, 60);
  // 1 / (1 + 1/2 + ... + 1/1000) = 1 / 7.485
  EXPECT_NEAR(static_cast<double>(zipf.events_of.at("c0")), kEvents / 7.485, kEvents * 0.005);
}

TEST(WorkloadTest, IsTheSameAgainWithTheSameOptions) {
  const WorkloadOptions options{.events = 5'000, .events_per_batch = 700};
  std::string first, second;
  MakeWorkload(options, [&](const v1::IngestRequest& batch) { first += batch.SerializeAsString(); });
  for (const v1::IngestRequest& batch : MakeWorkload(options)) second += batch.SerializeAsString();
  EXPECT_EQ(first, second);
}

TEST(WorkloadTest, APurchaseLogHasAPurchaseInEachMonth) {
  std::map<std::string, std::set<absl::CivilMonth>> months;
  int64_t profiles = 0;
  MakePurchaseLog({.customers = 50, .months = 3, .first = absl::CivilMonth(2025, 11), .events_per_batch = 7},
                  [&](const v1::IngestRequest& batch) {
                    EXPECT_TRUE(batch.backfill());
                    EXPECT_LE(batch.events_size(), 7);
                    for (const v1::Event& event : batch.events()) {
                      if (event.has_profile_change()) ++profiles;
                      if (!event.has_purchase()) continue;
                      months[event.customer_id()].insert(
                          absl::ToCivilMonth(absl::FromUnixMicros(Micros(event)), absl::UTCTimeZone()));
                    }
                  });
  EXPECT_EQ(profiles, 50);
  ASSERT_EQ(months.size(), 50);
  for (const auto& [customer, bought] : months) EXPECT_EQ(bought.size(), 3) << customer;
}

}  // namespace
}  // namespace ebb::benchmarks
