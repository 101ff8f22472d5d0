#include "scorer/offers/offer_groups.h"

#include <utility>

namespace ebb::scorer {

OfferGroups::OfferGroups(const v1::Holdout& holdout, const std::map<std::string, double>& campaigns)
    : holdout_share_(holdout.share()) {
  const auto add = [&](const std::string& name, double share) {
    if (share <= 0) return;
    // Salts end with a byte that no salt holds, so that no two draws have the same key.
    std::string key = holdout.salt();
    key.push_back('\0');
    draws_.emplace(name, Draw{.share = share, .hmac = TruncatedHmac(key + name)});
  };
  add("", holdout.share());
  for (const auto& [name, share] : campaigns) add(name, share);
}

// The first eight bytes of the digest, big-endian, as a fraction of 2^64.
bool OfferGroups::Draw::Holds(std::string_view customer_id) const {
  const Pseudonym digest = hmac.Of({customer_id.data(), customer_id.size()});
  uint64_t place = 0;
  for (size_t i = 0; i < 8; ++i) place = (place << 8) | digest[i];
  return static_cast<double>(place >> 11) * 0x1p-53 < share;
}

bool OfferGroups::HeldOut(std::string_view customer_id) const {
  const auto draw = draws_.find("");
  return draw != draws_.end() && draw->second.Holds(customer_id);
}

bool OfferGroups::InControl(const std::string& campaign, std::string_view customer_id) const {
  const auto draw = draws_.find(campaign);
  return draw != draws_.end() && draw->second.Holds(customer_id);
}

double OfferGroups::UntreatedShare(const std::string& campaign) const {
  const auto draw = draws_.find(campaign);
  const double control = draw == draws_.end() ? 0 : draw->second.share;
  return holdout_share_ + (1 - holdout_share_) * control;
}

}  // namespace ebb::scorer
