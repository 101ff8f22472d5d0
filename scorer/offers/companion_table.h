#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "ebb/v1/offer.pb.h"

namespace ebb::scorer {

// Which goods go with which: as the shop declares it, and for all other products as orders were counted. Immutable, so
// threads may share one. About 20 bytes a companion, and each product's name once.
class CompanionTable {
 public:
  // Fills one; then it is left alone.
  void Declare(const v1::DeclaredCompanions& declared);
  // Does nothing for a declared product. `counted.companions` are the best first.
  void Count(const v1::ProductCompanions& counted);

  // What goes with `goods`, none of which is among it, nor any of `had`: first what is declared, in the order of goods
  // and of the declaration; then what was counted, the greatest lift first, then the most orders, then by name. At most
  // `most`.
  std::vector<std::string> Choose(std::span<const std::string> goods, std::span<const std::string> had,
                                  size_t most) const;

  size_t products() const { return companions_.size(); }  // that have companions, or are declared to have none

 private:
  struct Companion {
    uint32_t product;
    uint32_t orders;  // 0: declared
    double lift;
  };
  uint32_t NumberOf(std::string_view product);

  absl::flat_hash_map<std::string, uint32_t> numbers_;
  std::vector<std::string> names_;
  absl::flat_hash_map<uint32_t, std::vector<Companion>> companions_;
  absl::flat_hash_set<uint32_t> declared_;
};

// What a text shows of one customer's goods.
struct CustomerCompanions {
  std::vector<std::string> of_basket;
  std::vector<std::string> of_purchases;
};

// By the rules of CompanionGoods: neither shows what is in the basket, and that of the purchases none of these either.
CustomerCompanions CompanionsOf(const CompanionTable& table, const v1::RecentGoods& goods, size_t most);

// CompanionGoods with its defaults filled in.
v1::CompanionGoods WithDefaults(const v1::CompanionGoods& declared);

}  // namespace ebb::scorer
