#include "feature_store/recent_goods.h"

#include <gtest/gtest.h>

#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "feature_store/event_time.h"
#include "feature_store/test_engine.h"
#include "google/protobuf/text_format.h"

namespace ebb::feature_store {
namespace {

std::string BasketOf(const std::string& action, const std::string& visit, const std::string& product, int pieces = 1) {
  return absl::StrCat("basket_change { visit_id: '", visit, "' action: ", action, " items { product_id: '", product,
                      "' category: 'goods' quantity: ", pieces, " } }");
}

std::string BoughtOf(const std::string& product) {
  return absl::StrCat("purchase { order_id: '", product, "' lines { product_id: '", product,
                      "' category: 'goods' quantity: 1 } }");
}

std::string GoodsText(const v1::RecentGoods& goods) {
  if (!goods.found()) return "unknown";
  return absl::StrCat(absl::StrJoin(goods.basket(), " "), " | ", absl::StrJoin(goods.purchased(), " "));
}

// `BASKET | PURCHASED` of one customer, from memory or history.
std::string GoodsOf(TestEngine& store, const std::string& customer, bool may_read_history = true, int most = 0) {
  v1::GetRecentGoodsRequest request;
  request.add_customer_ids(customer);
  request.set_most_purchased(most);
  v1::GetRecentGoodsResponse response;
  const absl::StatusOr<bool> told = store->GetRecentGoods(request, may_read_history, &response);
  if (!told.ok()) return told.status().ToString();
  return *told ? GoodsText(response.customers(0)) : "not in memory";
}

TEST(RecentGoods, FollowsBasketAndPurchases) {
  const struct {
    const char* what;
    std::vector<std::string> bodies;  // a minute apart
    const char* goods;
  } cases[] = {
      {"nothing", {}, " | "},
      {"the latest first", {BasketOf("ADD", "v", "pen"), BasketOf("ADD", "v", "ink")}, "ink pen | "},
      {"put in again",
       {BasketOf("ADD", "v", "pen"), BasketOf("ADD", "v", "ink"), BasketOf("ADD", "v", "pen")},
       "pen ink | "},
      {"taken out", {BasketOf("ADD", "v", "pen", 2), BasketOf("REMOVE", "v", "pen", 2)}, " | "},
      {"taken out in part", {BasketOf("ADD", "v", "pen", 2), BasketOf("REMOVE", "v", "pen", 1)}, "pen | "},
      {"taken out, never put in", {BasketOf("REMOVE", "v", "pen")}, " | "},
      {"another visit", {BasketOf("ADD", "v", "pen"), BasketOf("ADD", "w", "ink")}, "ink | "},
      {"bought", {BasketOf("ADD", "v", "pen"), BasketOf("ADD", "v", "ink"), BoughtOf("pen")}, "ink | pen"},
      {"bought again", {BoughtOf("pen"), BoughtOf("ink"), BoughtOf("pen")}, " | pen ink"},
  };
  for (const auto& test : cases) {
    TestEngine asked_once, asked_always;
    std::vector<v1::Event> events = {PageViewOf("anna", "start", "2026-03-10T10:00:00Z")};
    ASSERT_TRUE(asked_always.Ingest(events).ok());
    GoodsOf(asked_always, "anna");
    for (size_t i = 0; i < test.bodies.size(); ++i) {
      events.push_back(EventOfBody("anna", absl::StrCat("e", i),
                                   absl::FormatTime(At("2026-03-10T11:00:00Z") + absl::Minutes(static_cast<int>(i))),
                                   test.bodies[i]));
      GoodsOf(asked_always, "anna");
      ASSERT_TRUE(asked_always.Ingest({events.back()}).ok());
    }
    ASSERT_TRUE(asked_once.Ingest(events).ok());
    EXPECT_EQ(GoodsOf(asked_once, "anna"), test.goods) << test.what << ", from the history";
    EXPECT_EQ(GoodsOf(asked_always, "anna", /*may_read_history=*/false), test.goods) << test.what << ", kept up";
  }
}

TEST(RecentGoods, ABasketOfYesterdayIsOfNoPresentVisit) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest({EventOfBody("anna", "e1", "2026-03-09T12:00:01Z", BasketOf("ADD", "v", "pen"))}).ok());
  EXPECT_EQ(GoodsOf(store, "anna"), "pen | ") << "it is 10 March, 12:00";
  store.clock.Advance(absl::Seconds(1));
  EXPECT_EQ(GoodsOf(store, "anna"), " | ");
}

TEST(RecentGoods, IsKeptFromTheFirstAnswerOn) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest({EventOfBody("anna", "e1", "2026-03-10T11:00:00Z", BasketOf("ADD", "v", "pen"))}).ok());
  EXPECT_EQ(GoodsOf(store, "anna", false), "not in memory");
  EXPECT_EQ(GoodsOf(store, "anna", true), "pen | ");
  EXPECT_EQ(GoodsOf(store, "anna", false), "pen | ");
  ASSERT_TRUE(store.Maintain().ok());
  store.Kill();
  ASSERT_TRUE(store.Reopen().ok());
  EXPECT_EQ(GoodsOf(store, "anna", false), "not in memory");
  EXPECT_EQ(GoodsOf(store, "anna", true), "pen | ");
}

TEST(RecentGoods, ALateEventIsPutWhereItBelongs) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest({EventOfBody("anna", "e1", "2026-03-10T11:00:00Z", BasketOf("REMOVE", "v", "pen"))}).ok());
  EXPECT_EQ(GoodsOf(store, "anna"), " | ");
  ASSERT_TRUE(store.Ingest({EventOfBody("anna", "e0", "2026-03-10T10:00:00Z", BasketOf("ADD", "v", "pen", 2))}).ok());
  EXPECT_EQ(GoodsOf(store, "anna", false), "not in memory") << "it has to be made anew";
  EXPECT_EQ(GoodsOf(store, "anna", true), "pen | ") << "two pieces went in before one was taken out";
}

TEST(RecentGoods, ForgetsWhoIsErased) {
  TestEngine store;
  ASSERT_TRUE(store.Ingest({EventOfBody("anna", "e1", "2026-03-10T11:00:00Z", BoughtOf("pen"))}).ok());
  EXPECT_EQ(GoodsOf(store, "anna"), " | pen");
  ASSERT_TRUE(store.Erase("anna").ok());
  EXPECT_EQ(GoodsOf(store, "anna"), "unknown");
}

TEST(RecentGoods, TellsSoManyPurchasesAsAreAskedFor) {
  TestEngine store;
  std::vector<v1::Event> events;
  for (int i = 0; i < 130; ++i) {
    events.push_back(EventOfBody("anna", absl::StrCat("e", i),
                                 absl::FormatTime(At("2026-03-01T00:00:00Z") + absl::Minutes(i)),
                                 BoughtOf(absl::StrCat("p", i))));
  }
  ASSERT_TRUE(store.Ingest(events).ok());
  EXPECT_EQ(GoodsOf(store, "anna", true, 2), " | p129 p128");
  v1::GetRecentGoodsRequest request;
  request.add_customer_ids("anna");
  v1::GetRecentGoodsResponse response;
  ASSERT_TRUE(store->GetRecentGoods(request, true, &response).value());
  EXPECT_EQ(response.customers(0).purchased_size(), 20);
  request.set_most_purchased(100);
  response.Clear();
  ASSERT_TRUE(store->GetRecentGoods(request, true, &response).value());
  EXPECT_EQ(response.customers(0).purchased_size(), 100);
}

TEST(RecentGoods, SaysWhatIsWrongWithARequest) {
  TestEngine store;
  v1::GetRecentGoodsResponse response;
  v1::GetRecentGoodsRequest request;
  EXPECT_EQ(store->GetRecentGoods(request, true, &response).status().code(), absl::StatusCode::kInvalidArgument);
  request.add_customer_ids("anna");
  request.set_most_purchased(101);
  const absl::Status refused = store->GetRecentGoods(request, true, &response).status();
  EXPECT_NE(std::string(refused.message()).find("most_purchased: is 101, must be 1 to 100, or 0 for 20"),
            std::string::npos)
      << refused;
  EXPECT_EQ(GoodsOf(store, "nobody"), "unknown");
}

// A reader takes its moment, an event comes, and only then the reader has read: the goods are not kept, for they lack
// the event.
TEST(RecentGoodsCache, KeepsNothingThatLacksAnEvent) {
  google::protobuf::Arena arena;
  const v1::Event pen = EventOfBody("anna", "e1", "2026-03-10T11:00:00Z", BoughtOf("pen"));
  RecentGoodsCache cache;
  cache.Expect("anna");
  cache.Apply(ViewOf(pen, &arena));
  cache.Keep("anna", CustomerGoods());
  EXPECT_FALSE(cache.Find("anna", 0, 20).has_value());
  cache.Expect("anna");
  cache.Keep("anna", CustomerGoods());
  cache.Apply(ViewOf(pen, &arena));
  EXPECT_EQ(GoodsText(cache.Find("anna", 0, 20).value()), " | pen");
}

TEST(RecentGoodsCache, TheLongestUnaskedGoFirst) {
  RecentGoodsCache cache(2);
  for (const char* customer : {"anna", "bert"}) {
    cache.Expect(customer);
    cache.Keep(customer, CustomerGoods());
  }
  EXPECT_TRUE(cache.Find("anna", 0, 20).has_value());
  cache.Expect("carl");
  cache.Keep("carl", CustomerGoods());
  EXPECT_TRUE(cache.Find("anna", 0, 20).has_value());
  EXPECT_FALSE(cache.Find("bert", 0, 20).has_value());
  EXPECT_TRUE(cache.Find("carl", 0, 20).has_value());
}

// Whatever comes, in whatever order, what is kept up says what the history says.
TEST(RecentGoods, WhatIsKeptUpSaysWhatTheHistorySays) {
  const unsigned seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  TestEngine kept, fresh;
  for (int i = 0; i < 200; ++i) {
    const std::string customer = absl::StrCat("c", below(3)), product = absl::StrCat("p", below(5));
    const int minute = below(5) == 0 ? below(200) : i;  // some are late
    const std::string visit = absl::StrCat("v", i / 40);
    const std::string body = below(3) == 0   ? BoughtOf(product)
                             : below(3) == 0 ? BasketOf("REMOVE", visit, product, 1 + below(2))
                                             : BasketOf("ADD", visit, product, 1 + below(2));
    const v1::Event event = EventOfBody(customer, absl::StrCat("e", i),
                                        absl::FormatTime(At("2026-03-10T05:00:00Z") + absl::Minutes(minute)), body);
    ASSERT_TRUE(kept.Ingest({event}).ok());
    ASSERT_TRUE(fresh.Ingest({event}).ok());
    if (below(4) == 0) GoodsOf(kept, customer);
    if (below(20) == 0) {
      ASSERT_TRUE(kept.Maintain().ok());
    }
  }
  for (const char* customer : {"c0", "c1", "c2"}) EXPECT_EQ(GoodsOf(kept, customer), GoodsOf(fresh, customer));
}

}  // namespace
}  // namespace ebb::feature_store
