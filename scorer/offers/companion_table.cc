#include "scorer/offers/companion_table.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace ebb::scorer {

uint32_t CompanionTable::NumberOf(std::string_view product) {
  const auto [found, is_new] = numbers_.try_emplace(std::string(product), static_cast<uint32_t>(names_.size()));
  if (is_new) names_.emplace_back(product);
  return found->second;
}

void CompanionTable::Declare(const v1::DeclaredCompanions& declared) {
  const uint32_t product = NumberOf(declared.product_id());
  declared_.insert(product);
  std::vector<Companion>& companions = companions_[product];
  for (const std::string& companion : declared.companions()) companions.push_back({NumberOf(companion), 0, 0});
}

void CompanionTable::Count(const v1::ProductCompanions& counted) {
  const uint32_t product = NumberOf(counted.product_id());
  if (declared_.contains(product)) return;
  std::vector<Companion>& companions = companions_[product];
  companions.reserve(static_cast<size_t>(counted.companions_size()));
  for (const v1::Companion& one : counted.companions()) {
    const int64_t orders = std::min<int64_t>(one.orders_together(), UINT32_MAX);
    companions.push_back({NumberOf(one.product_id()), static_cast<uint32_t>(orders), one.lift()});
  }
}

std::vector<std::string> CompanionTable::Choose(std::span<const std::string> goods, std::span<const std::string> had,
                                                size_t most) const {
  absl::flat_hash_set<uint32_t> left_out;
  for (const auto& names : {goods, had}) {
    for (const std::string& name : names) {
      if (const auto found = numbers_.find(name); found != numbers_.end()) left_out.insert(found->second);
    }
  }
  std::vector<std::string> chosen;
  absl::flat_hash_map<uint32_t, Companion> counted;  // the best of each product
  for (const std::string& name : goods) {
    const auto number = numbers_.find(name);
    if (number == numbers_.end()) continue;
    const auto found = companions_.find(number->second);
    if (found == companions_.end()) continue;
    for (const Companion& one : found->second) {
      if (left_out.contains(one.product)) continue;
      if (one.orders == 0) {
        chosen.push_back(names_[one.product]);
        left_out.insert(one.product);
        continue;
      }
      Companion& best = counted.try_emplace(one.product, one).first->second;
      if (std::pair(one.lift, one.orders) > std::pair(best.lift, best.orders)) best = one;
    }
  }
  std::vector<Companion> ranked;
  for (const auto& [product, one] : counted) {
    if (!left_out.contains(product)) ranked.push_back(one);
  }
  std::ranges::sort(ranked, {}, [this](const Companion& one) {
    return std::tuple(-one.lift, -int64_t{one.orders}, std::string_view(names_[one.product]));
  });
  for (const Companion& one : ranked) chosen.push_back(names_[one.product]);
  if (chosen.size() > most) chosen.resize(most);
  return chosen;
}

CustomerCompanions CompanionsOf(const CompanionTable& table, const v1::RecentGoods& goods, size_t most) {
  const std::vector<std::string> basket(goods.basket().begin(), goods.basket().end());
  const std::vector<std::string> purchased(goods.purchased().begin(), goods.purchased().end());
  return {.of_basket = table.Choose(basket, {}, most), .of_purchases = table.Choose(purchased, basket, most)};
}

v1::CompanionGoods WithDefaults(const v1::CompanionGoods& declared) {
  v1::CompanionGoods filled = declared;
  if (!filled.has_renew_every()) filled.mutable_renew_every()->set_seconds(86'400);
  if (filled.window_days() == 0) filled.set_window_days(365);
  if (filled.least_orders() == 0) filled.set_least_orders(5);
  if (!filled.has_least_lift()) filled.set_least_lift(1.2);
  if (filled.most() == 0) filled.set_most(3);
  return filled;
}

}  // namespace ebb::scorer
