#include "feature_store/recent_goods.h"

#include <algorithm>
#include <utility>

namespace ebb::feature_store {
namespace {

constexpr int64_t kVisitUs = int64_t{86'400} * 1'000'000;  // a basket change older than that is of no present visit

bool IsAboutGoods(const EventView& event) {
  return event.body == v1::Event::kBasketChange || event.body == v1::Event::kPurchase;
}

}  // namespace

bool CustomerGoods::Apply(const EventView& event) {
  if (!IsAboutGoods(event)) return true;
  std::pair<int64_t, std::string> place{event.event_time_us, event.event_id};
  if (place < newest_) return false;
  newest_ = std::move(place);
  if (event.body == v1::Event::kPurchase) {
    for (const LineView& line : event.lines) Bought(line.product_id);
    return true;
  }
  if (event.visit_id != visit_) {
    visit_ = event.visit_id;
    basket_.clear();
  }
  basket_changed_us_ = event.event_time_us;
  for (const LineView& line : event.lines) {
    event.action == v1::BasketChange::ADD ? Put(line) : TakeOut(line.product_id, line.quantity);
  }
  return true;
}

void CustomerGoods::Put(const LineView& line) {
  const auto found = std::ranges::find(basket_, line.product_id, &InBasket::product_id);
  InBasket put{std::string(line.product_id), line.quantity};
  if (found != basket_.end()) {
    put.pieces += found->pieces;
    basket_.erase(found);
  } else if (basket_.size() == kMostInBasket) {
    basket_.erase(basket_.begin());
  }
  basket_.push_back(std::move(put));
}

void CustomerGoods::TakeOut(std::string_view product_id, int64_t pieces) {
  const auto found = std::ranges::find(basket_, product_id, &InBasket::product_id);
  if (found == basket_.end()) return;
  found->pieces -= pieces;
  if (found->pieces <= 0) basket_.erase(found);
}

void CustomerGoods::Bought(std::string_view product_id) {
  std::erase_if(basket_, [&](const InBasket& in) { return in.product_id == product_id; });
  std::erase(purchased_, product_id);
  if (purchased_.size() == kMostPurchased) purchased_.erase(purchased_.begin());
  purchased_.emplace_back(product_id);
}

v1::RecentGoods CustomerGoods::Told(int64_t now_us, int most_purchased) const {
  v1::RecentGoods told;
  told.set_found(true);
  if (basket_changed_us_ > now_us - kVisitUs) {
    for (size_t i = basket_.size(); i-- > 0;) told.add_basket(basket_[i].product_id);
  }
  for (size_t i = purchased_.size(); i-- > 0 && told.purchased_size() < most_purchased;) {
    told.add_purchased(purchased_[i]);
  }
  return told;
}

std::optional<v1::RecentGoods> RecentGoodsCache::Find(std::string_view customer_id, int64_t now_us,
                                                      int most_purchased) {
  MutexLock lock(&mutex_);
  const auto found = places_.find(customer_id);
  if (found == places_.end() || !found->second->goods.has_value()) return std::nullopt;
  kept_.splice(kept_.begin(), kept_, found->second);
  return found->second->goods->Told(now_us, most_purchased);
}

void RecentGoodsCache::Expect(const std::string& customer_id) {
  MutexLock lock(&mutex_);
  if (places_.contains(customer_id)) return;
  if (kept_.size() == most_customers_) Drop(std::prev(kept_.end()));
  kept_.push_front({.customer_id = customer_id, .goods = std::nullopt});
  places_.emplace(kept_.front().customer_id, kept_.begin());
  size_ = kept_.size();
}

void RecentGoodsCache::Keep(const std::string& customer_id, CustomerGoods goods) {
  MutexLock lock(&mutex_);
  const auto found = places_.find(customer_id);
  if (found == places_.end() || found->second->goods.has_value()) return;  // forgotten, or another reader was quicker
  if (found->second->missed) return Drop(found->second);
  found->second->goods = std::move(goods);
}

void RecentGoodsCache::ApplyKept(const EventView& event) {
  if (!IsAboutGoods(event)) return;
  MutexLock lock(&mutex_);
  const auto found = places_.find(event.customer_id);
  if (found == places_.end()) return;
  const Place place = found->second;
  if (!place->goods.has_value()) {
    place->missed = true;
  } else if (!place->goods->Apply(event)) {
    Drop(place);
  }
}

void RecentGoodsCache::Forget(std::string_view customer_id) {
  MutexLock lock(&mutex_);
  const auto found = places_.find(customer_id);
  if (found != places_.end()) Drop(found->second);
}

void RecentGoodsCache::Drop(Place place) {
  places_.erase(place->customer_id);
  kept_.erase(place);
  size_ = kept_.size();
}

}  // namespace ebb::feature_store
