// Which goods are in the same orders, counted from raw events in two passes (R. Agrawal, R. Srikant, "Fast algorithms
// for mining association rules", 1994: a pair cannot be frequent unless both of its products are).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/event_view.h"

namespace ebb::feature_store {

// Counts customers one after the other, in any order, each once in either pass: first CountOrders of all, then
// CountPairs of all. Memory: the products, and the pairs of frequent ones. Not thread-safe.
class CoPurchaseTally {
 public:
  struct Rules {
    int64_t from_us = 0;  // orders in [from, until)
    int64_t until_us = 0;
    int64_t least_orders = 5;  // that hold both
    double least_lift = 1.2;
    int most_companions = 10;
    absl::flat_hash_set<std::string> only;  // products to tell of; empty: all
    size_t max_products = 200'000;
    size_t max_pairs = 4'000'000;
  };
  static constexpr size_t kMostProductsOfAnOrder = 100;  // more is wholesale: it says nothing of what goes together

  explicit CoPurchaseTally(Rules rules) : rules_(std::move(rules)) {}

  void CountOrders(std::span<const EventView> events);
  void CountPairs(std::span<const EventView> events);

  // After both passes: what was counted.
  v1::CoPurchaseCount Finish();
  // After Finish: adds the next products that have companions, in the order of their names. False: there are no more.
  bool TellNext(int max_products, google::protobuf::RepeatedPtrField<v1::ProductCompanions>* products);

 private:
  // One product goes with another.
  struct Edge {
    uint32_t product;
    uint32_t companion;
    uint32_t together;
  };
  using Orders = absl::flat_hash_map<std::string_view, std::vector<std::string_view>>;  // products by order_id
  static absl::string_view ViewOf(std::string_view name) { return {name.data(), name.size()}; }
  // Of one customer, within the window; views into the events. Products of an order are sorted, each once.
  const Orders& OrdersOf(std::span<const EventView> events);
  double LiftOf(const Edge& edge) const;
  bool IsTold(uint32_t product) const { return rules_.only.empty() || rules_.only.contains(ViewOf(names_[product])); }

  const Rules rules_;
  Orders orders_;  // used again for each customer
  absl::flat_hash_map<std::string, uint32_t> ids_;
  std::vector<std::string_view> names_;            // by id; keys of ids_, which the second pass leaves alone
  std::vector<int64_t> orders_of_;                 // by id
  absl::flat_hash_map<uint64_t, uint32_t> pairs_;  // two ids, the lesser in the upper half
  std::vector<Edge> edges_;                        // by name of the product, the best companion first
  size_t next_edge_ = 0;
  int64_t all_orders_ = 0;
  int64_t wholesale_orders_ = 0;
  int64_t without_room_ = 0;
};

}  // namespace ebb::feature_store
