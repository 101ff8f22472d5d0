// What customers have in the baskets of their present visits, and what they bought lately: ebb.v1.RecentGoods.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/event_view.h"
#include "runtime/mutex.h"

namespace ebb::feature_store {

// The goods of one customer, made from events in order of time. A plain value.
class CustomerGoods {
 public:
  static constexpr size_t kMostPurchased = 100;
  static constexpr size_t kMostInBasket = 1'000;  // different products; the oldest fall out

  // Other events than basket changes and purchases do nothing. False: the event is older than one applied before, so
  // the goods have to be made anew.
  bool Apply(const EventView& event);
  v1::RecentGoods Told(int64_t now_us, int most_purchased) const;

 private:
  struct InBasket {
    std::string product_id;
    int64_t pieces;
  };
  void Put(const LineView& line);
  void TakeOut(std::string_view product_id, int64_t pieces);
  void Bought(std::string_view product_id);

  std::string visit_;
  std::vector<InBasket> basket_;        // the latest last
  std::vector<std::string> purchased_;  // the latest last, each once
  int64_t basket_changed_us_ = INT64_MIN;
  std::pair<int64_t, std::string> newest_ = {INT64_MIN, ""};  // time and identifier of the last event applied
};

// The goods of customers who were asked for lately, kept up with the events that come, so that the whole history is
// read for the first answer only. Thread-safe.
//
// A reader calls Expect, takes its moment of the store under the same lock of the store, reads, and calls Keep. The
// writer calls Apply for each event under that lock: an event is either before the moment, or Apply sees that it came
// behind and Keep keeps nothing.
class RecentGoodsCache {
 public:
  explicit RecentGoodsCache(size_t most_customers = 20'000) : most_customers_(most_customers) {}

  std::optional<v1::RecentGoods> Find(std::string_view customer_id, int64_t now_us, int most_purchased);
  void Expect(const std::string& customer_id);
  void Keep(const std::string& customer_id, CustomerGoods goods);
  // Free where nobody is kept.
  void Apply(const EventView& event) {
    if (size_.load(std::memory_order_relaxed) != 0) ApplyKept(event);
  }
  void Forget(std::string_view customer_id);

 private:
  struct Kept {
    std::string customer_id;
    std::optional<CustomerGoods> goods;  // nothing: expected
    bool missed = false;                 // an event came while it was expected
  };
  using Place = std::list<Kept>::iterator;
  void ApplyKept(const EventView& event);
  void Drop(Place place) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t most_customers_;
  std::atomic<size_t> size_ = 0;
  Mutex mutex_;
  std::list<Kept> kept_ ABSL_GUARDED_BY(mutex_);                                 // who was asked for last, first
  absl::flat_hash_map<std::string_view, Place> places_ ABSL_GUARDED_BY(mutex_);  // by the names in kept_
};

}  // namespace ebb::feature_store
