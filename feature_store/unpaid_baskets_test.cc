#include "feature_store/unpaid_baskets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "feature_store/event_time.h"
#include "feature_store/test_engine.h"
#include "google/protobuf/text_format.h"

namespace ebb::feature_store {
namespace {

std::string BasketBody(const std::string& action, const std::string& visit, const std::string& product,
                       const std::string& category, int pieces) {
  return absl::StrCat("basket_change { visit_id: '", visit, "' action: ", action, " items { product_id: '", product,
                      "' category: '", category, "' quantity: ", pieces, " } }");
}

std::string SaleBody(const std::string& product, const std::string& category, int pieces, int price, bool promotion) {
  return absl::StrCat("purchase { order_id: 'o' lines { product_id: '", product, "' category: '", category,
                      "' quantity: ", pieces, " unit_price_minor: ", price,
                      " on_promotion: ", promotion ? "true" : "false", " } }");
}

template <typename Groups>
std::string GroupsLine(const std::string& title, const Groups& groups) {
  std::string line = title;
  for (const v1::UnpaidGroup& group : groups) absl::StrAppend(&line, " ", group.name(), "=", group.pieces());
  return line;
}

std::string BasketText(const v1::UnpaidBasketReport& report) {
  std::vector<std::string> lines = {
      absl::StrCat("pieces ", report.pieces(), " of ", report.affected_customers(), " in ", report.active_customers())};
  lines.push_back(GroupsLine("categories", report.categories()));
  std::string bands = "prices";
  for (const v1::UnpaidPriceBand& band : report.price_bands()) {
    absl::StrAppend(&bands, " ", band.has_from_minor() ? absl::StrCat(band.from_minor()) : "",
                    band.has_to_minor() ? absl::StrCat("-", band.to_minor()) : "", "=", band.pieces());
  }
  lines.push_back(bands);
  lines.push_back(GroupsLine("promotion", report.promotion()));
  lines.push_back(GroupsLine("tiers", report.tiers()));
  lines.push_back(GroupsLine("errors", report.service_errors()));
  for (const v1::UnpaidWeek& week : report.weeks()) {
    std::string line = absl::StrCat(absl::FormatTime("%Y-%m-%d", ToTime(week.start()), absl::UTCTimeZone()), " ",
                                    week.pieces(), " of ", week.affected_customers(), " in ", week.active_customers());
    if (week.has_pieces_change()) absl::StrAppend(&line, " pieces ", week.pieces_change());
    if (week.has_share_change()) absl::StrAppend(&line, " share ", week.share_change());
    lines.push_back(line);
  }
  return absl::StrJoin(lines, "\n");
}

bool NeverCancelled() { return false; }

std::string ToldOfBaskets(TestEngine& store, const std::string& request_text) {
  v1::GetUnpaidBasketReportRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(request_text, &request)) << request_text;
  const auto report = store->GetUnpaidBasketReport(request, NeverCancelled);
  return report.ok() ? BasketText(*report) : report.status().ToString();
}

std::vector<v1::Event> ABasketShop() {
  return {
      EventOfBody("anna", "a0", "2026-01-05T10:00:00Z", "profile_change { service_tier: 'premium' }"),
      EventOfBody("anna", "a1", "2026-02-24T10:00:00Z", BasketBody("ADD", "v1", "duck", "toys", 2)),
      EventOfBody("anna", "a2", "2026-02-24T10:01:00Z", "service_error { visit_id: 'v1' }"),
      EventOfBody("anna", "a3", "2026-02-24T10:02:00Z", "service_error { visit_id: 'other' }"),
      EventOfBody("anna", "a4", "2026-03-03T10:00:00Z", BasketBody("ADD", "v2", "duck", "toys", 3)),
      EventOfBody("anna", "a5", "2026-03-04T10:00:00Z", SaleBody("duck", "toys", 1, 500, false)),
      EventOfBody("bert", "b1", "2026-03-03T10:00:00Z", BasketBody("ADD", "w1", "pan", "kitchen", 4)),
      EventOfBody("bert", "b2", "2026-03-03T11:00:00Z", BasketBody("REMOVE", "w1", "pan", "kitchen", 3)),
      EventOfBody("carl", "c1", "2025-12-01T10:00:00Z", SaleBody("pan", "kitchen", 1, 900, true)),
      EventOfBody("carl", "c2", "2026-03-05T10:00:00Z", BasketBody("ADD", "x1", "mug", "kitchen", 1)),
      EventOfBody("carl", "c3", "2026-03-09T09:00:00Z", SaleBody("mug", "kitchen", 5, 300, true)),
      EventOfBody("dora", "d1", "2026-03-03T10:00:00Z", BasketBody("ADD", "y1", "rug", "home", 1)),
      PageViewOf("emil", "e1", "2026-03-03T10:00:00Z"),
  };
}

// The clock stands at Tuesday, 10 March 2026, 12:00 UTC. Of anna's ducks 4 are left: 3 of the later visit, 1 of the one
// with an error. Carl's mug was paid for in the week after.
TEST(UnpaidBaskets, CountsWhatIsLeft) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest(ABasketShop()).ok());
  const std::string expected =
      "pieces 6 of 3 in 5\n"
      "categories toys=4 home=1 kitchen=1\n"
      "prices 0-600=4 600=1 =1\n"
      "promotion yes=1 no=4 =1\n"
      "tiers premium=4 =2\n"
      "errors 0=5 1=1 2=0 3+=0\n"
      "2026-02-23 1 of 1 in 1\n"
      "2026-03-02 5 of 3 in 5 pieces 4 share -0.4\n"
      "2026-03-09 0 of 0 in 1";
  EXPECT_EQ(ToldOfBaskets(store, "weeks: 2 price_edges_minor: 600"), expected);
  ASSERT_TRUE(store.Maintain().ok());
  EXPECT_EQ(ToldOfBaskets(store, "weeks: 2 price_edges_minor: 600"), expected) << "from the sorted history";
  EXPECT_EQ(
      ToldOfBaskets(store, "weeks: 1 price_edges_minor: 600 as_of { seconds: 1773014400 }"),  // 2026-03-09, a Monday
      "pieces 5 of 4 in 5\n"
      "categories kitchen=2 toys=2 home=1\n"
      "prices 0-600=2 600=1 =2\n"
      "promotion yes=1 no=2 =2\n"
      "tiers =3 premium=2\n"
      "errors 0=5 1=0 2=0 3+=0\n"
      "2026-03-02 5 of 4 in 5")
      << "the mug is not sold yet, and of the first week's ducks nothing is known";
}

TEST(UnpaidBaskets, AgreesWithTheFeature) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest(ABasketShop()).ok());
  EXPECT_EQ(store.Feature("anna", "unpaid_items_3m"), "4");
  EXPECT_EQ(store.Feature("bert", "unpaid_items_3m"), "1");
  EXPECT_EQ(store.Feature("carl", "unpaid_items_3m"), "0");
}

TEST(UnpaidBaskets, RefusesWhatCannotBe) {
  TestEngine store;
  for (const auto& [request, error] : std::vector<std::pair<std::string, std::string>>{
           {"weeks: 261", "INVALID_ARGUMENT: weeks: is 261"},
           {"weeks: -1", "INVALID_ARGUMENT: weeks: is -1"},
           {"as_of { seconds: 1893456000 }", "INVALID_ARGUMENT: as_of: is 2030"},
           {"price_edges_minor: 0", "INVALID_ARGUMENT: price_edges_minor: has 0, must be above 0"},
           {"price_edges_minor: 5 price_edges_minor: 5", "INVALID_ARGUMENT: price_edges_minor: has 5, must be above 5"},
       }) {
    EXPECT_EQ(ToldOfBaskets(store, request).substr(0, error.size()), error);
  }
  EXPECT_EQ(store->GetUnpaidBasketReport({}, [] { return true; }).status().code(), absl::StatusCode::kCancelled);
}

TEST(SoldProducts, BandsAreQuartilesAndRoomIsBounded) {
  SoldProducts products(4);
  for (int i = 1; i <= 4; ++i) {
    products.AddSale(absl::StrCat("p", i), 1, "e", 100 * i, false);
    products.AddUnpaid(absl::StrCat("p", i), 2);
  }
  products.AddSale("p5", 1, "e", 1, true);
  products.AddUnpaid("p5", 7);
  products.AddSale("p4", 0, "z", 1, true);  // an earlier sale
  v1::UnpaidBasketReport report;
  products.Tell({}, &report);
  EXPECT_NE(BasketText(report).find("prices 0-200=2 200-300=2 300-400=2 400=2 =7\npromotion no=8 =7"),
            std::string::npos)
      << BasketText(report);
}

// A random stream against a count that takes one piece after the other.
TEST(UnpaidBaskets, AgreesWithACountByHand) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << '\n';
  std::mt19937 random(seed);
  const auto pick = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  std::vector<v1::Event> events;
  struct Piece {
    std::string category, visit;
    int week;
  };
  using Key = std::pair<std::string, std::string>;  // customer, product
  std::map<Key, std::vector<Piece>> put;
  std::map<Key, int> taken;
  std::map<Key, int> errors;  // customer, visit
  std::set<std::string> active;
  std::vector<std::set<std::string>> active_in(3);
  const absl::Time begin = At("2026-02-23T00:00:00Z");
  for (int i = 0; i < 2'000; ++i) {
    const int hour = i * 15 * 24 / 2'000;
    const std::string time = absl::FormatTime(begin + absl::Hours(hour) + absl::Seconds(i), absl::UTCTimeZone());
    const std::string who = absl::StrCat("c", pick(40)), product = absl::StrCat("p", pick(6));
    const std::string category = absl::StrCat("k", pick(3)), visit = absl::StrCat("v", pick(5)), id = absl::StrCat(i);
    const int pieces = 1 + pick(3), kind = pick(10), week = hour / (7 * 24);
    if (kind < 2) {
      events.push_back(EventOfBody(who, id, time, absl::StrCat("service_error { visit_id: '", visit, "' }")));
      ++errors[{who, visit}];
      continue;
    }
    active.insert(who);
    active_in[static_cast<size_t>(week)].insert(who);
    if (kind < 6) {
      events.push_back(EventOfBody(who, id, time, BasketBody("ADD", visit, product, category, pieces)));
      for (int p = 0; p < pieces; ++p) put[{who, product}].push_back({category, visit, week});
    } else {
      events.push_back(EventOfBody(who, id, time,
                                   kind < 8 ? BasketBody("REMOVE", visit, product, category, pieces)
                                            : SaleBody(product, category, pieces, 100, false)));
      taken[{who, product}] += pieces;
    }
  }
  std::map<std::string, int64_t> by_category, by_errors;
  std::vector<int64_t> by_week(3);
  std::vector<std::set<std::string>> affected_in(3);
  std::set<std::string> affected;
  int64_t all = 0;
  for (const auto& [key, queue] : put) {
    for (size_t p = static_cast<size_t>(taken[key]); p < queue.size(); ++p) {  // the first ones were taken
      ++all;
      ++by_category[queue[p].category];
      ++by_errors[absl::StrCat(std::min(errors[{key.first, queue[p].visit}], 3))];
      ++by_week[static_cast<size_t>(queue[p].week)];
      affected_in[static_cast<size_t>(queue[p].week)].insert(key.first);
      affected.insert(key.first);
    }
  }
  std::shuffle(events.begin(), events.end(), random);  // the order of arrival does not matter
  TestEngine store;
  ASSERT_TRUE(store.Ingest(events).ok());
  v1::GetUnpaidBasketReportRequest request;
  request.set_weeks(2);
  const auto report = store->GetUnpaidBasketReport(request, NeverCancelled);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->pieces(), all);
  EXPECT_EQ(report->affected_customers(), static_cast<int64_t>(affected.size()));
  EXPECT_EQ(report->active_customers(), static_cast<int64_t>(active.size()));
  for (const v1::UnpaidGroup& group : report->categories()) EXPECT_EQ(group.pieces(), by_category[group.name()]);
  for (const v1::UnpaidGroup& group : report->service_errors()) {
    EXPECT_EQ(group.pieces(), by_errors[group.name().substr(0, 1)]) << group.name();
  }
  ASSERT_EQ(report->weeks_size(), 3);
  for (int week = 0; week < 3; ++week) {
    const auto at = static_cast<size_t>(week);
    EXPECT_EQ(report->weeks(week).pieces(), by_week[at]) << week;
    EXPECT_EQ(report->weeks(week).affected_customers(), static_cast<int64_t>(affected_in[at].size())) << week;
    EXPECT_EQ(report->weeks(week).active_customers(), static_cast<int64_t>(active_in[at].size())) << week;
  }
}

}  // namespace
}  // namespace ebb::feature_store
