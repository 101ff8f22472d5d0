// Unpaid pieces by what their products were sold for: prices of products, and pieces by price band.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "ebb/v1/feature_store_service.pb.h"

namespace ebb::feature_store {

// Pieces by name; names beyond a number are counted as unknown, the empty name.
class PiecesByName {
 public:
  explicit PiecesByName(size_t max_names) : max_names_(max_names) {}
  void Add(std::string_view name, int64_t pieces);
  // Most pieces first, then by name.
  std::vector<v1::UnpaidGroup> Told() const;

 private:
  const size_t max_names_;
  absl::flat_hash_map<std::string, int64_t> pieces_;
};

// Of each product the unpaid pieces and the latest sale. A product beyond `max_products` has no sale. Not thread-safe.
class SoldProducts {
 public:
  explicit SoldProducts(size_t max_products) : max_products_(max_products) {}

  void AddUnpaid(std::string_view product, int64_t pieces);
  // Of sales at the same time that of the greatest (event id, price, promotion) counts: the order of customers does
  // not matter.
  void AddSale(std::string_view product, int64_t time_us, std::string_view event_id, int64_t price_minor,
               bool on_promotion);
  // Price bands and promotion groups of the report. `edges` as in the request.
  void Tell(std::span<const int64_t> edges, v1::UnpaidBasketReport* report) const;

 private:
  struct Sale {
    int64_t time_us;
    std::string event_id;
    int64_t price_minor;
    bool on_promotion;
    auto Order() const { return std::tie(time_us, event_id, price_minor, on_promotion); }
  };
  struct Product {
    int64_t unpaid = 0;
    std::optional<Sale> sale;
  };
  Product* Find(std::string_view product);  // null: there is no room

  const size_t max_products_;
  int64_t without_room_ = 0;  // pieces
  absl::flat_hash_map<std::string, Product> products_;
};

}  // namespace ebb::feature_store
