#include "feature_store/unpaid_basket_groups.h"

#include <algorithm>
#include <utility>

#include "absl/strings/string_view.h"

namespace ebb::feature_store {
namespace {

using PricedPieces = std::vector<std::pair<int64_t, int64_t>>;  // price, pieces

// The prices that a quarter, half and three quarters of the pieces do not exceed; equal ones once, the least price left
// out: no band below it would hold anything.
std::vector<int64_t> PriceQuartiles(const PricedPieces& sorted) {
  int64_t all = 0;
  for (const auto& [price, pieces] : sorted) all += pieces;
  std::vector<int64_t> edges;
  int64_t before = 0;
  int quarter = 1;
  for (const auto& [price, pieces] : sorted) {
    before += pieces;
    bool is_edge = false;
    for (; quarter < 4 && before * 4 > all * quarter; ++quarter) is_edge = true;
    if (is_edge && price > sorted.front().first) edges.push_back(price);
  }
  return edges;
}

}  // namespace

void PiecesByName::Add(std::string_view name, int64_t pieces) {
  const absl::string_view key(name.data(), name.size());
  const auto found = pieces_.find(key);
  if (found != pieces_.end()) {
    found->second += pieces;
  } else {
    pieces_[pieces_.size() < max_names_ ? std::string(name) : std::string()] += pieces;
  }
}

std::vector<v1::UnpaidGroup> PiecesByName::Told() const {
  std::vector<v1::UnpaidGroup> groups;
  for (const auto& [name, pieces] : pieces_) {
    groups.emplace_back().set_name(name);
    groups.back().set_pieces(pieces);
  }
  std::sort(groups.begin(), groups.end(), [](const v1::UnpaidGroup& a, const v1::UnpaidGroup& b) {
    return a.pieces() != b.pieces() ? a.pieces() > b.pieces() : a.name() < b.name();
  });
  return groups;
}

SoldProducts::Product* SoldProducts::Find(std::string_view product) {
  const auto found = products_.find(absl::string_view(product.data(), product.size()));
  if (found != products_.end()) return &found->second;
  if (products_.size() >= max_products_) return nullptr;
  return &products_[std::string(product)];
}

void SoldProducts::AddUnpaid(std::string_view product, int64_t pieces) {
  if (Product* const known = Find(product)) {
    known->unpaid += pieces;
  } else {
    without_room_ += pieces;
  }
}

void SoldProducts::AddSale(std::string_view product, int64_t time_us, std::string_view event_id, int64_t price_minor,
                           bool on_promotion) {
  Product* const known = Find(product);
  if (known == nullptr || (known->sale && known->sale->time_us > time_us)) return;
  Sale sale{time_us, std::string(event_id), price_minor, on_promotion};
  if (!known->sale || known->sale->Order() < sale.Order()) known->sale = std::move(sale);
}

void SoldProducts::Tell(std::span<const int64_t> asked_edges, v1::UnpaidBasketReport* report) const {
  PricedPieces priced;
  int64_t unknown = without_room_, promoted = 0, plain = 0;
  for (const auto& [name, product] : products_) {
    if (product.unpaid == 0) continue;
    if (!product.sale) {
      unknown += product.unpaid;
      continue;
    }
    priced.emplace_back(product.sale->price_minor, product.unpaid);
    (product.sale->on_promotion ? promoted : plain) += product.unpaid;
  }
  std::sort(priced.begin(), priced.end());
  const std::vector<int64_t> edges =
      asked_edges.empty() ? PriceQuartiles(priced) : std::vector<int64_t>(asked_edges.begin(), asked_edges.end());
  if (!priced.empty()) {
    for (size_t band = 0; band <= edges.size(); ++band) {
      v1::UnpaidPriceBand* told = report->add_price_bands();
      told->set_from_minor(band == 0 ? 0 : edges[band - 1]);
      if (band < edges.size()) told->set_to_minor(edges[band]);
    }
  }
  for (const auto& [price, pieces] : priced) {
    const auto band = std::upper_bound(edges.begin(), edges.end(), price) - edges.begin();
    v1::UnpaidPriceBand* told = report->mutable_price_bands(static_cast<int>(band));
    told->set_pieces(told->pieces() + pieces);
  }
  if (unknown > 0) report->add_price_bands()->set_pieces(unknown);
  for (const auto& [name, pieces] : {std::pair("yes", promoted), std::pair("no", plain), std::pair("", unknown)}) {
    if (pieces == 0) continue;
    v1::UnpaidGroup* group = report->add_promotion();
    group->set_name(name);
    group->set_pieces(pieces);
  }
}

}  // namespace ebb::feature_store
