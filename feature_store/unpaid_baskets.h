// What customers left unpaid in their baskets, counted from raw events; ebb.v1.UnpaidBasketReport has the rules.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/event_view.h"
#include "feature_store/shop_calendar.h"
#include "feature_store/unpaid_basket_groups.h"

namespace ebb::feature_store {

// Counts customers one after the other, in any order. Memory: the names that are counted apart, and one customer's
// baskets. Not thread-safe.
class UnpaidBasketTally {
 public:
  static constexpr size_t kMaxNames = 1'000;  // categories, tiers
  static constexpr size_t kMaxProducts = 200'000;

  struct Period {
    absl::Time as_of;
    int weeks = 0;                  // whole ones before that of as_of
    int64_t expired_before_us = 0;  // events before it may be gone
  };
  // `tier_features`: names of imported values that are a service tier.
  UnpaidBasketTally(const ShopCalendar& calendar, const Period& period, std::vector<std::string> tier_features,
                    size_t max_products = kMaxProducts);

  void AddCustomer(std::span<const EventView> events);  // in order of time
  v1::UnpaidBasketReport Told(std::span<const int64_t> price_edges_minor) const;

 private:
  // Pieces of a product that were put in at once; those left are the last ones.
  struct Added {
    std::string_view product;
    std::string_view category;
    std::string_view visit;
    size_t week;
    int64_t pieces;
  };
  struct Week {
    int64_t pieces = 0;
    int64_t affected = 0;
    int64_t active = 0;
  };
  size_t WeekOf(int64_t time_us) const;
  // Notes activity, sales and the tier of one customer; gives the part of the events that is in the report.
  std::span<const EventView> LookAt(std::span<const EventView> events, std::string* tier);
  void CountLeft(std::span<const EventView> events, std::string_view tier);
  std::string_view TierSaid(const EventView& event) const;  // empty: nothing; of the message

  const int64_t as_of_us_;
  const std::vector<std::string> tier_features_;
  std::vector<int64_t> starts_us_;  // of the weeks
  std::vector<Week> weeks_;
  bool last_is_whole_ = true;
  int64_t pieces_ = 0, affected_ = 0, active_ = 0;
  PiecesByName categories_{kMaxNames}, tiers_{kMaxNames};
  std::array<int64_t, 4> by_errors_{};
  SoldProducts products_;
};

}  // namespace ebb::feature_store
