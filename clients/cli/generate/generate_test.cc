#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "clients/cli/generate/event_history.h"
#include "clients/cli/generate/event_lines.h"
#include "clients/cli/generate/keyed_random.h"
#include "clients/cli/generate/shop_files.h"
#include "clients/cli/generate/synthetic_customer.h"
#include "clients/cli/one_click/shop_import.h"
#include "google/protobuf/util/json_util.h"

namespace ebb::generate {
namespace {

void NotAsked(int64_t) {}

// The four files one after the other.
std::string ShopBytes(const ShopPlan& plan) {
  std::ostringstream files[4];
  WriteShop(plan, {files[0], files[1], files[2], files[3]}, NotAsked);
  return files[0].str() + files[1].str() + files[2].str() + files[3].str();
}

std::vector<v1::Event> History(const HistoryPlan& plan) {
  std::vector<v1::Event> events;
  const absl::Status status = MakeHistory(
      plan,
      [&](const v1::Event& event) {
        events.push_back(event);
        return absl::OkStatus();
      },
      NotAsked);
  EXPECT_TRUE(status.ok()) << status;
  return events;
}

absl::Time At(const char* text) {
  absl::Time time;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, nullptr));
  return time;
}

int64_t Micros(const v1::Event& event) {
  return event.event_time().seconds() * 1'000'000 + event.event_time().nanos() / 1000;
}

TEST(KeyedRandomTest, GivesTheSameNumbersOnEveryMachine) {
  KeyedRandom random({1, 2});
  EXPECT_EQ(random.Bits(), KeyedRandom({1, 2}).Bits());
  EXPECT_NE(KeyedRandom({1, 2}).Bits(), KeyedRandom({2, 1}).Bits());
  // Pinned: a change here changes every generated file.
  EXPECT_EQ(KeyedRandom({42}).Bits(), 6332618229526065668u);
}

TEST(KeyedRandomTest, NormalHasMeanZeroAndVarianceOne) {
  KeyedRandom random({7});
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.Normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.02);
  EXPECT_NEAR(squares / kDraws, 1, 0.02);
}

TEST(SyntheticShopTest, SameSeedSameBytesAnotherSeedOthers) {
  EXPECT_EQ(ShopBytes({.customers = 200, .seed = 5}), ShopBytes({.customers = 200, .seed = 5}));
  EXPECT_NE(ShopBytes({.customers = 200, .seed = 5}), ShopBytes({.customers = 200, .seed = 6}));
}

TEST(SyntheticShopTest, FilesImportWithTheirFaultsFound) {
  const std::string folder = ::testing::TempDir() + "/ebb_generate_" + std::to_string(getpid());
  ASSERT_TRUE(WriteShopFiles({.customers = 1300, .seed = 1}, folder, NotAsked).ok());
  const auto import = one_click::ReadShop(
      {folder + "/market_file.csv", folder + "/market_money.csv", folder + "/market_time.csv", folder + "/money.csv"},
      one_click::Vocabulary::Default());
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(import.ok()) << import.status();
  const one_click::ImportReport& report = import->report;
  EXPECT_EQ(report.customers, 1300);
  EXPECT_EQ(report.check.customers_with_gaps, 0);
  EXPECT_EQ(report.check.exclusions,
            (std::map<std::string, int64_t>{{"no_revenue_in_a_month", 3}, {"revenue_outlier", 1}}));
  EXPECT_EQ(report.check.outliers.size(), 1);
  ASSERT_EQ(report.repairs.size(), 2);
  EXPECT_EQ(report.repairs[0].from, "стандартт");
  EXPECT_EQ(report.repairs[1].from, "предыдцщий_месяц");
  EXPECT_EQ(report.repairs[1].rows, 1300);
}

TEST(SyntheticShopTest, AFolderThatCannotBeMadeIsNamed) {
  const absl::Status status = WriteShopFiles({.customers = 1, .seed = 1}, "/proc/no/such", NotAsked);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("cannot write /proc/no/such"));
}

// What the best possible model reaches: the score that the label was drawn from, without the noise.
double BestRocAuc(const std::vector<SyntheticCustomer>& customers) {
  std::vector<std::pair<double, bool>> ranked;
  for (const SyntheticCustomer& c : customers) ranked.emplace_back(c.decline_score, c.declined);
  std::sort(ranked.begin(), ranked.end());
  double pairs = 0;
  double steady = 0;
  double declined = 0;
  for (const auto& [score, is_declined] : ranked) {
    is_declined ? (pairs += steady, ++declined) : ++steady;
  }
  return pairs / (steady * declined);
}

TEST(SyntheticShopTest, IsAsHardToLearnAsARealShop) {
  std::vector<SyntheticCustomer> customers;
  for (int64_t i = 0; i < 20'000; ++i) customers.push_back(MakeCustomer(11, i));
  const auto declined =
      std::count_if(customers.begin(), customers.end(), [](const SyntheticCustomer& c) { return c.declined; });
  EXPECT_NEAR(static_cast<double>(declined) / 20'000, 0.38, 0.02);
  EXPECT_NEAR(BestRocAuc(customers), 0.93, 0.008);
}

TEST(EventHistoryTest, IsInTimeOrderInsideItsMonthsWithUniqueIdentities) {
  const HistoryPlan plan = {.customers = 40, .months = 4, .seed = 3, .until = At("2026-07-15T12:30:00Z")};
  const std::vector<v1::Event> events = History(plan);
  ASSERT_GT(events.size(), 40 * 4 * 20);
  EXPECT_GE(Micros(events.front()), absl::ToUnixMicros(At("2026-03-16T00:00:00Z")));
  EXPECT_LT(Micros(events.back()), absl::ToUnixMicros(plan.until));
  EXPECT_TRUE(std::is_sorted(events.begin(), events.end(),
                             [](const v1::Event& a, const v1::Event& b) { return Micros(a) < Micros(b); }));
  std::set<std::tuple<std::string, std::string>> identities;
  for (const v1::Event& e : events) identities.emplace(e.customer_id(), e.event_id());
  EXPECT_EQ(identities.size(), events.size());
}

TEST(EventHistoryTest, HoldsEveryKindOfEventAndBeginsWithProfiles) {
  const std::vector<v1::Event> events =
      History({.customers = 40, .months = 2, .seed = 3, .until = At("2026-07-15T12:30:00Z")});
  std::map<v1::Event::BodyCase, int> kinds;
  for (const v1::Event& e : events) ++kinds[e.body_case()];
  EXPECT_EQ(kinds[v1::Event::kProfileChange], 40);
  EXPECT_EQ(kinds[v1::Event::kProfitStatement], 80);
  for (const auto kind : {v1::Event::kPageView, v1::Event::kBasketChange, v1::Event::kPurchase, v1::Event::kTimeOnSite,
                          v1::Event::kMarketingContact, v1::Event::kServiceError}) {
    EXPECT_GT(kinds[kind], 20) << kind;
  }
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(events[i].has_profile_change());
}

TEST(EventHistoryTest, SamePlanSameEvents) {
  const HistoryPlan plan = {.customers = 5, .months = 1, .seed = 3, .until = At("2026-07-15T00:00:00Z")};
  std::ostringstream first;
  std::ostringstream second;
  for (const v1::Event& e : History(plan)) ASSERT_TRUE(WriteEventLine(e, first).ok());
  for (const v1::Event& e : History(plan)) ASSERT_TRUE(WriteEventLine(e, second).ok());
  EXPECT_EQ(first.str(), second.str());
}

TEST(EventHistoryTest, SomeCustomersBuyMuchLessInTheLastThreeMonths) {
  constexpr int kCustomers = 300;
  const absl::Time until = At("2026-07-01T00:00:00Z");
  std::map<std::string, std::pair<int, int>> orders;  // before and within the last season
  for (const v1::Event& e : History({.customers = kCustomers, .months = 6, .seed = 9, .until = until})) {
    if (!e.has_purchase()) continue;
    auto& [before, within] = orders[e.customer_id()];
    ++(Micros(e) < absl::ToUnixMicros(until - absl::Hours(24 * 91)) ? before : within);
  }
  const auto declined = std::count_if(orders.begin(), orders.end(), [](const auto& customer) {
    return customer.second.second < 0.7 * customer.second.first;
  });
  EXPECT_GT(declined, kCustomers / 6);
  EXPECT_LT(declined, kCustomers * 6 / 10);
}

TEST(EventLinesTest, ALineIsProtobufJsonAndReadsBack) {
  const std::vector<v1::Event> events =
      History({.customers = 2, .months = 1, .seed = 3, .until = At("2026-07-15T00:00:00Z")});
  for (const v1::Event& event : events) {
    std::ostringstream line;
    ASSERT_TRUE(WriteEventLine(event, line).ok());
    const std::string text = line.str();
    EXPECT_EQ(text.find('\n'), text.size() - 1);
    v1::Event read;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(text, &read).ok()) << text;
    EXPECT_EQ(read.SerializeAsString(), event.SerializeAsString());
  }
}

}  // namespace
}  // namespace ebb::generate
