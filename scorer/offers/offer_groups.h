#pragma once

#include <map>
#include <string>
#include <string_view>

#include "ebb/v1/offer.pb.h"
#include "runtime/digest.h"

namespace ebb::scorer {

// Who is kept from offers so that effects can be measured. A customer's place follows from the salt and the identifier
// alone, by HMAC-SHA256, and never changes: tests pin it. Draws of different campaigns and the holdout's are
// independent. Immutable, so threads may share one.
class OfferGroups {
 public:
  // Nobody is kept from anything.
  OfferGroups() = default;
  // `campaigns`: control shares by name.
  OfferGroups(const v1::Holdout& holdout, const std::map<std::string, double>& campaigns);

  bool HeldOut(std::string_view customer_id) const;
  // Whether the campaign's draw keeps the customer; customers of the holdout are drawn, too.
  bool InControl(const std::string& campaign, std::string_view customer_id) const;
  // The probability that a customer is held out or in the campaign's control.
  double UntreatedShare(const std::string& campaign) const;

 private:
  struct Draw {
    double share = 0;
    TruncatedHmac hmac;
    bool Holds(std::string_view customer_id) const;
  };
  double holdout_share_ = 0;
  std::map<std::string, Draw> draws_;  // the holdout's under the empty name
};

}  // namespace ebb::scorer
