#include "scorer/offers/companion_goods.h"

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "scorer/testing/sample_offers.h"

namespace ebb::scorer {
namespace {

constexpr char kShowsBasket[] = "target: '/goods?ids={basket_companions}'";

// A store whose answers the test decides.
struct ScriptedGoods {
  absl::Status status;
  std::string companion = "ink";  // of printers, which all customers have in their baskets
  int counts = 0, asked = 0;
  v1::GetCoPurchasesRequest request;

  CompanionGoods::Store AsStore() {
    return {.count =
                [this](const v1::GetCoPurchasesRequest& asked_for, const auto& take, const auto&) {
                  ++counts;
                  request = asked_for;
                  if (!status.ok()) return status;
                  v1::GetCoPurchasesResponse part;
                  part.set_customers_read(5);
                  take(part);
                  part.Clear();
                  part.mutable_count()->set_orders(100);
                  part.mutable_count()->mutable_as_of()->set_seconds(1'000);
                  v1::ProductCompanions& product = *part.add_products();
                  product.set_product_id("printer");
                  product.add_companions()->set_product_id(companion);
                  product.mutable_companions(0)->set_orders_together(7);
                  product.mutable_companions(0)->set_lift(2);
                  take(part);
                  return absl::OkStatus();
                },
            .goods = [this](const v1::GetRecentGoodsRequest& asked_for) -> absl::StatusOr<v1::GetRecentGoodsResponse> {
              ++asked;
              if (!status.ok()) return status;
              v1::GetRecentGoodsResponse response;
              for (const std::string& customer : asked_for.customer_ids()) {
                v1::RecentGoods& goods = *response.add_customers();
                goods.set_found(customer != "stranger");
                goods.add_basket("printer");
              }
              return response;
            }};
  }
};

std::string BasketCompanions(CompanionGoods& goods, const std::string& customer) {
  const auto companions = goods.Of({customer});
  const auto found = companions.find(customer);
  return found == companions.end() ? "unknown" : absl::StrJoin(found->second.of_basket, " ");
}

TEST(CompanionGoods, CountsAtTheDeclaredInterval) {
  ScriptedGoods store;
  CompanionGoods goods(testing::OffersOf(testing::SiteOffer("more", kShowsBasket) +
                                         "companion_goods { renew_every { seconds: 600 } window_days: 30 "
                                         "least_orders: 4 least_lift: 1.5 most: 2 }"),
                       store.AsStore(), absl::Seconds(5));
  EXPECT_EQ(BasketCompanions(goods, "anna"), "") << "nothing is counted yet";
  EXPECT_FALSE(goods.State().has_as_of());
  EXPECT_EQ(goods.RunOnce(), absl::Minutes(10));
  EXPECT_EQ(store.request.window_days(), 30);
  EXPECT_EQ(store.request.least_orders(), 4);
  EXPECT_EQ(store.request.least_lift(), 1.5);
  EXPECT_EQ(BasketCompanions(goods, "anna"), "ink");
  EXPECT_EQ(BasketCompanions(goods, "stranger"), "unknown");
  EXPECT_EQ(goods.State().orders(), 100);
  EXPECT_EQ(goods.State().as_of().seconds(), 1'000);
  store.companion = "toner";
  goods.RunOnce();
  EXPECT_EQ(BasketCompanions(goods, "anna"), "toner");
}

TEST(CompanionGoods, GoesOnWithTheLastCountWhileTheStoreIsAway) {
  ScriptedGoods store;
  CompanionGoods goods(testing::OffersOf(testing::SiteOffer("more", kShowsBasket)), store.AsStore(), absl::Seconds(5));
  goods.RunOnce();
  store.status = absl::UnavailableError("no route");
  const absl::Duration again = goods.RunOnce();
  EXPECT_LE(again, absl::Seconds(5));
  EXPECT_EQ(goods.State().problem(), "no route");
  EXPECT_EQ(BasketCompanions(goods, "anna"), "unknown");
  store.status = absl::OkStatus();
  EXPECT_EQ(BasketCompanions(goods, "anna"), "ink") << "what was counted before";
  goods.RunOnce();
  EXPECT_EQ(goods.State().problem(), "");
}

TEST(CompanionGoods, ShowsWhatIsDeclaredFromTheStartAndInstead) {
  ScriptedGoods store;
  CompanionGoods goods(
      testing::OffersOf(testing::SiteOffer("more", kShowsBasket) +
                        "companion_goods { declared { product_id: 'printer' companions: 'paper' companions: 'usb' } }"),
      store.AsStore(), absl::Seconds(5));
  EXPECT_EQ(BasketCompanions(goods, "anna"), "paper usb");
  goods.RunOnce();
  EXPECT_EQ(BasketCompanions(goods, "anna"), "paper usb");
}

TEST(CompanionGoods, AsksNothingWhereNoTextShowsCompanions) {
  ScriptedGoods store;
  CompanionGoods goods(testing::OffersOf(testing::SiteOffer("plain")), store.AsStore(), absl::Seconds(5));
  goods.Start();
  goods.Stop();
  EXPECT_FALSE(goods.IsShown());
  EXPECT_TRUE(goods.Of({"anna"}).empty());
  EXPECT_EQ(store.counts + store.asked, 0);
}

}  // namespace
}  // namespace ebb::scorer
