#include "feature_store/co_purchases.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "feature_store/event_time.h"

namespace ebb::feature_store {
namespace {

uint64_t PairOf(uint32_t a, uint32_t b) { return uint64_t{std::min(a, b)} << 32 | std::max(a, b); }

}  // namespace

const CoPurchaseTally::Orders& CoPurchaseTally::OrdersOf(std::span<const EventView> events) {
  orders_.clear();
  for (const EventView& event : events) {
    if (event.body != v1::Event::kPurchase) continue;
    if (event.event_time_us < rules_.from_us || event.event_time_us >= rules_.until_us) continue;
    std::vector<std::string_view>& products = orders_[event.order_id];
    for (const LineView& line : event.lines) products.push_back(line.product_id);
  }
  for (auto& [order, products] : orders_) {
    std::sort(products.begin(), products.end());
    products.erase(std::unique(products.begin(), products.end()), products.end());
  }
  return orders_;
}

void CoPurchaseTally::CountOrders(std::span<const EventView> events) {
  for (const auto& [order, products] : OrdersOf(events)) {
    ++all_orders_;
    if (products.size() > kMostProductsOfAnOrder) ++wholesale_orders_;
    for (const std::string_view product : products) {
      auto found = ids_.find(ViewOf(product));
      if (found == ids_.end()) {
        if (ids_.size() == rules_.max_products) {
          ++without_room_;
          continue;
        }
        found = ids_.try_emplace(std::string(product), static_cast<uint32_t>(orders_of_.size())).first;
        orders_of_.push_back(0);
      }
      ++orders_of_[found->second];
    }
  }
}

void CoPurchaseTally::CountPairs(std::span<const EventView> events) {
  if (names_.empty()) {
    names_.resize(ids_.size());
    for (const auto& [name, id] : ids_) names_[id] = name;
  }
  std::vector<uint32_t> frequent;
  for (const auto& [order, products] : OrdersOf(events)) {
    if (products.size() > kMostProductsOfAnOrder) continue;
    frequent.clear();
    for (const std::string_view product : products) {
      const auto found = ids_.find(ViewOf(product));
      if (found != ids_.end() && orders_of_[found->second] >= rules_.least_orders) frequent.push_back(found->second);
    }
    for (size_t a = 0; a < frequent.size(); ++a) {
      for (size_t b = a + 1; b < frequent.size(); ++b) {
        if (!IsTold(frequent[a]) && !IsTold(frequent[b])) continue;
        const uint64_t pair = PairOf(frequent[a], frequent[b]);
        if (pairs_.size() < rules_.max_pairs) {
          ++pairs_[pair];
        } else if (const auto found = pairs_.find(pair); found != pairs_.end()) {
          ++found->second;
        } else {
          ++without_room_;
        }
      }
    }
  }
}

double CoPurchaseTally::LiftOf(const Edge& edge) const {
  return static_cast<double>(edge.together) * static_cast<double>(all_orders_) /
         (static_cast<double>(orders_of_[edge.product]) * static_cast<double>(orders_of_[edge.companion]));
}

v1::CoPurchaseCount CoPurchaseTally::Finish() {
  for (const auto& [pair, together] : pairs_) {
    if (together < rules_.least_orders) continue;
    const auto a = static_cast<uint32_t>(pair >> 32), b = static_cast<uint32_t>(pair);
    if (LiftOf({a, b, together}) < rules_.least_lift) continue;
    if (IsTold(a)) edges_.push_back({a, b, together});
    if (IsTold(b)) edges_.push_back({b, a, together});
  }
  absl::flat_hash_map<uint64_t, uint32_t>().swap(pairs_);
  const auto order = [this](const Edge& edge) {
    return std::tuple(names_[edge.product], -LiftOf(edge), -int64_t{edge.together}, names_[edge.companion]);
  };
  std::sort(edges_.begin(), edges_.end(),
            [&](const Edge& one, const Edge& other) { return order(one) < order(other); });
  v1::CoPurchaseCount count;
  *count.mutable_as_of() = ToTimestamp(absl::FromUnixMicros(rules_.until_us));
  count.set_orders(all_orders_);
  count.set_products(static_cast<int64_t>(ids_.size()));
  count.set_wholesale_orders(wholesale_orders_);
  count.set_without_room(without_room_);
  return count;
}

bool CoPurchaseTally::TellNext(int max_products, google::protobuf::RepeatedPtrField<v1::ProductCompanions>* products) {
  while (next_edge_ < edges_.size() && products->size() < max_products) {
    const uint32_t product = edges_[next_edge_].product;
    v1::ProductCompanions& told = *products->Add();
    told.set_product_id(std::string(names_[product]));
    told.set_orders(orders_of_[product]);
    for (; next_edge_ < edges_.size() && edges_[next_edge_].product == product; ++next_edge_) {
      if (told.companions_size() == rules_.most_companions) continue;
      const Edge& edge = edges_[next_edge_];
      v1::Companion& companion = *told.add_companions();
      companion.set_product_id(std::string(names_[edge.companion]));
      companion.set_orders_together(edge.together);
      companion.set_lift(LiftOf(edge));
    }
  }
  return next_edge_ < edges_.size();
}

}  // namespace ebb::feature_store
