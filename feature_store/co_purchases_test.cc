#include "feature_store/co_purchases.h"

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "feature_store/co_purchase_reader.h"
#include "feature_store/event_time.h"
#include "feature_store/test_engine.h"
#include "google/protobuf/text_format.h"

namespace ebb::feature_store {
namespace {

// A purchase of one piece each; `products` with spaces between.
v1::Event OrderOf(const std::string& customer, const std::string& order, const std::string& time,
                  const std::string& products) {
  v1::Event event;
  event.set_customer_id(customer);
  event.set_event_id(absl::StrCat(order, "-", time));
  *event.mutable_event_time() = Stamp(time);
  event.mutable_purchase()->set_order_id(order);
  for (const absl::string_view product : absl::StrSplit(products, ' ')) {
    v1::PurchaseLine& line = *event.mutable_purchase()->add_lines();
    line.set_product_id(std::string(product));
    line.set_category("goods");
    line.set_quantity(1);
  }
  return event;
}

struct Counted {
  absl::Status status;
  v1::CoPurchaseCount count;
  std::vector<std::string> lines;  // `PRODUCT orders: COMPANION together lift, …`
};

Counted CountedBy(TestEngine& store, const std::string& request_text) {
  v1::GetCoPurchasesRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(request_text, &request)) << request_text;
  const auto reader = store->GetCoPurchases(request);
  Counted counted{.status = reader.status(), .count = {}, .lines = {}};
  while (counted.status.ok()) {
    v1::GetCoPurchasesResponse message;
    const absl::StatusOr<bool> more = (*reader)->Next(&message);
    counted.status = more.status();
    if (!more.ok() || !*more) break;
    if (message.has_count()) counted.count = message.count();
    for (const v1::ProductCompanions& product : message.products()) {
      std::vector<std::string> companions;
      for (const v1::Companion& one : product.companions()) {
        companions.push_back(absl::StrFormat("%s %d %.4g", one.product_id(), one.orders_together(), one.lift()));
      }
      counted.lines.push_back(
          absl::StrCat(product.product_id(), " ", product.orders(), ": ", absl::StrJoin(companions, ", ")));
    }
  }
  return counted;
}

// Eight orders: printer and ink are in three of them together, pen is in all of Anna's.
std::vector<v1::Event> OrdersOfAShop() {
  return {
      OrderOf("anna", "a1", "2026-02-01T10:00:00Z", "printer ink pen"),
      OrderOf("anna", "a2", "2026-02-02T10:00:00Z", "printer ink pen"),
      OrderOf("anna", "a3", "2026-02-03T10:00:00Z", "pen"),
      OrderOf("bert", "b1", "2026-02-01T10:00:00Z", "printer"),
      OrderOf("bert", "b1", "2026-02-01T11:00:00Z", "ink ink"),  // the rest of the same order
      OrderOf("bert", "b2", "2026-02-04T10:00:00Z", "mug"),
      OrderOf("carl", "b1", "2026-02-05T10:00:00Z", "mug"),  // another customer's order of the same name
      OrderOf("carl", "c2", "2026-02-06T10:00:00Z", "mug ink"),
      OrderOf("dora", "d1", "2025-02-01T10:00:00Z", "printer mug"),  // more than a year ago
      OrderOf("emil", "e0", "2026-02-01T10:00:00Z", "cup"),
      PageViewOf("emil", "e1", "2026-03-03T10:00:00Z"),
  };
}

using Lines = std::vector<std::string>;

TEST(CoPurchases, CountsOrdersThatHoldBoth) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest(OrdersOfAShop()).ok());
  const Lines expected = {"ink 4: printer 3 2, pen 2 1.333", "pen 3: printer 2 1.778, ink 2 1.333",
                          "printer 3: ink 3 2, pen 2 1.778"};
  for (const bool sorted : {false, true}) {
    if (sorted) {
      ASSERT_TRUE(store.Maintain().ok());
    }
    const Counted counted = CountedBy(store, "least_orders: 2");
    ASSERT_TRUE(counted.status.ok()) << counted.status;
    EXPECT_EQ(counted.lines, expected) << "sorted: " << sorted;
    EXPECT_EQ(counted.count.orders(), 8);
    EXPECT_EQ(counted.count.products(), 5);
    EXPECT_EQ(counted.count.as_of().seconds(), absl::ToUnixSeconds(store.clock.Now()));
  }
}

TEST(CoPurchases, TakesBounds) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest(OrdersOfAShop()).ok());
  const struct {
    const char* request;
    Lines lines;
  } cases[] = {
      {"", {}},
      {"least_orders: 3", {"ink 4: printer 3 2", "printer 3: ink 3 2"}},
      {"least_orders: 2 least_lift: 1.9", {"ink 4: printer 3 2", "printer 3: ink 3 2"}},
      {"least_orders: 2 most_companions: 1", {"ink 4: printer 3 2", "pen 3: printer 2 1.778", "printer 3: ink 3 2"}},
      {"least_orders: 2 product_ids: 'pen' product_ids: 'unheard of'", {"pen 3: printer 2 1.778, ink 2 1.333"}},
  };
  for (const auto& test : cases) {
    const Counted counted = CountedBy(store, test.request);
    EXPECT_TRUE(counted.status.ok()) << counted.status;
    EXPECT_EQ(counted.lines, test.lines) << test.request;
  }
  // 10 March, 12:00, less 36 days is 2 February, 12:00: of orders of two products there is only Carl's second.
  const Counted late = CountedBy(store, "window_days: 36 least_orders: 2 least_lift: 0");
  EXPECT_EQ(late.lines, Lines());
  EXPECT_EQ(late.count.orders(), 4);
}

TEST(CoPurchases, LeavesOutWhatIsWholesale) {
  TestEngine store;
  std::string many = "product0";
  for (int i = 1; i <= 100; ++i) absl::StrAppend(&many, " product", i);
  ASSERT_TRUE(store
                  .Ingest({OrderOf("anna", "a1", "2026-02-01T10:00:00Z", many),
                           OrderOf("anna", "a2", "2026-02-02T10:00:00Z", many)})
                  .ok());
  const Counted counted = CountedBy(store, "least_orders: 2 least_lift: 0");
  EXPECT_EQ(counted.lines, Lines());
  EXPECT_EQ(counted.count.orders(), 2);
  EXPECT_EQ(counted.count.wholesale_orders(), 2);
}

TEST(CoPurchases, TellsProgressAndOneReadsAtATime) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest(OrdersOfAShop()).ok());
  auto reader = store->GetCoPurchases({});
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(store->GetCoPurchases({}).status().code(), absl::StatusCode::kResourceExhausted);
  v1::GetCoPurchasesResponse message;
  ASSERT_TRUE((*reader)->Next(&message).value());
  EXPECT_EQ(message.customers_read(), 5);
  EXPECT_EQ(message.customers_to_read(), 10);
  EXPECT_FALSE(message.has_count());
  *reader = nullptr;
  EXPECT_TRUE(store->GetCoPurchases({}).ok());
}

TEST(CoPurchases, SaysWhatIsWrongWithARequest) {
  const struct {
    const char* request;
    const char* message;
  } cases[] = {
      {"window_days: -1", "window_days: is -1, must be 1 to 3660, or 0 for 365"},
      {"least_orders: 1", "least_orders: is 1, must be 2 to 1000000, or 0 for 5"},
      {"least_lift: -0.5", "least_lift: is -0.5, must be 0 to 1000000"},
      {"least_lift: nan", "least_lift: is nan, must be 0 to 1000000"},
      {"most_companions: 101", "most_companions: is 101, must be 1 to 100, or 0 for 10"},
  };
  for (const auto& test : cases) {
    v1::GetCoPurchasesRequest request;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(test.request, &request)) << test.request;
    const absl::Status refused = ReadCoPurchaseRules(request, 0).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << test.request;
    EXPECT_NE(std::string(refused.message()).find(test.message), std::string::npos) << refused;
  }
}

TEST(CoPurchases, CountsWhatItHasNoRoomFor) {
  google::protobuf::Arena arena;
  std::vector<v1::Event> orders;
  for (int i = 0; i < 2; ++i) {
    orders.push_back(OrderOf("anna", absl::StrCat("a", i), "2026-02-01T10:00:00Z", "ant bee cat dog"));
  }
  std::vector<EventView> views;
  for (const v1::Event& order : orders) views.push_back(ViewOf(order, &arena));
  CoPurchaseTally::Rules rules;
  rules.until_us = absl::ToUnixMicros(At("2026-03-01T00:00:00Z"));
  rules.least_orders = 2;
  rules.least_lift = 0;
  rules.max_products = 3;
  rules.max_pairs = 2;
  CoPurchaseTally tally(rules);
  tally.CountOrders(views);
  tally.CountPairs(views);
  EXPECT_EQ(tally.Finish().without_room(), 2 + 2) << "twice a product, twice a pair";
  google::protobuf::RepeatedPtrField<v1::ProductCompanions> products;
  EXPECT_FALSE(tally.TellNext(10, &products));
  EXPECT_EQ(products.size(), 3);
}

// Random orders against a count of all pairs of products by looking at all orders.
TEST(CoPurchases, CountsAsANaiveCountDoes) {
  const unsigned seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  TestEngine store;
  std::map<std::string, std::set<std::string>> orders;  // by customer and order
  std::vector<v1::Event> events;
  for (int i = 0; i < 300; ++i) {
    const std::string customer = absl::StrCat("c", below(12)), order = absl::StrCat("o", below(8));
    std::vector<std::string> products;
    for (int k = below(5); k >= 0; --k) products.push_back(absl::StrCat("p", below(9)));
    events.push_back(OrderOf(customer, order, absl::FormatTime(At("2026-01-01T00:00:00Z") + absl::Minutes(i * 7)),
                             absl::StrJoin(products, " ")));
    orders[absl::StrCat(customer, "/", order)].insert(products.begin(), products.end());
  }
  for (size_t begin = 0; begin < events.size(); begin += 100) {
    ASSERT_TRUE(
        store.Ingest({events.begin() + static_cast<int>(begin), events.begin() + static_cast<int>(begin) + 100}).ok());
    if (below(2) == 0) {
      ASSERT_TRUE(store.Maintain().ok());
    }
  }
  const auto holding = [&](const std::string& a, const std::string& b) {
    int64_t count = 0;
    for (const auto& [name, products] : orders) count += products.contains(a) && products.contains(b) ? 1 : 0;
    return count;
  };
  std::map<std::string, std::map<std::string, std::pair<int64_t, double>>> expected, told;
  for (int a = 0; a < 9; ++a) {
    for (int b = 0; b < 9; ++b) {
      const std::string one = absl::StrCat("p", a), other = absl::StrCat("p", b);
      const int64_t together = holding(one, other);
      const double lift = static_cast<double>(together) * static_cast<double>(orders.size()) /
                          static_cast<double>(holding(one, one) * holding(other, other));
      if (a != b && together >= 3 && lift >= 1) expected[one][other] = {together, lift};
    }
  }
  v1::GetCoPurchasesRequest request;
  request.set_least_orders(3);
  request.set_least_lift(1);
  const auto reader = store->GetCoPurchases(request);
  ASSERT_TRUE(reader.ok());
  while (true) {
    v1::GetCoPurchasesResponse message;
    if (!(*reader)->Next(&message).value()) break;
    for (const v1::ProductCompanions& product : message.products()) {
      EXPECT_EQ(product.orders(), holding(product.product_id(), product.product_id()));
      for (const v1::Companion& one : product.companions()) {
        told[product.product_id()][one.product_id()] = {one.orders_together(), one.lift()};
      }
    }
  }
  EXPECT_EQ(told, expected);
}

}  // namespace
}  // namespace ebb::feature_store
