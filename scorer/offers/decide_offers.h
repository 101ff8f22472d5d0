#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "ebb/storage/v1/offer_ledger.pb.h"
#include "ebb/v1/event.pb.h"
#include "ebb/v1/offer.pb.h"
#include "scorer/offers/companion_table.h"
#include "scorer/offers/offer_reading.h"

// Who is made which offer. Pure: facts and ledger in, decisions with reasons out.
namespace ebb::scorer {

// What the ledger knows of one customer.
struct CustomerOffers {
  std::map<std::string, storage::v1::OfferStanding> standings;  // by offer
  storage::v1::OfferContacts contacts;
};

// One customer, as asked for.
struct OfferAsk {
  std::string customer_id;
  CustomerFacts facts;  // with its segments
  absl::Time vector_as_of;
  CustomerOffers ledger;
  CustomerCompanions companions;
};

// What all customers share.
struct OfferSupplies {
  std::map<std::string, int64_t> given_today;  // by offer, in the catalogue's time zone
  std::map<std::string, int64_t> codes_left;   // by pool
};

// What was decided about one offer.
struct DecidedOffer {
  size_t offer = 0;  // its index
  v1::OfferDecision::Status status = v1::OfferDecision::NOT_ELIGIBLE;
  std::string reason;       // a word
  std::string explanation;  // for people
  // value at risk × expected effect + expected gain − cost; an unknown value at risk counts as 0.
  double net_value = 0;
  bool value_known = true;
  // Of status OFFERED, HELD_OUT and CONTROL: the offering. `begins`: it begins with this decision.
  bool begins = false;
  absl::Time began, ends;
  std::optional<absl::CivilDay> occasion_day;

  bool is_offering() const {
    return status == v1::OfferDecision::OFFERED || status == v1::OfferDecision::HELD_OUT ||
           status == v1::OfferDecision::CONTROL;
  }
};

// Decides every offer of the placement for every customer, in the order declared. Where capacity, codes or contacts are
// short they go to the greatest expected net values, then priority, then the offer declared first, then the customer
// asked first. A customer kept back by holdout or control takes the place in the contact cap that the offer would have
// taken, but no capacity and no code: so whom rules keep back is the same on both sides of a comparison.
std::vector<std::vector<DecidedOffer>> DecideOffers(const OfferReading& reading, std::span<const OfferAsk> asks,
                                                    v1::Placement placement, OfferSupplies supplies, absl::Time now);

// Contacts of the last month that count against the cap: those of the vector, and offers since that it cannot know yet.
int64_t CountContacts(const OfferReading& reading, const OfferAsk& ask, absl::Time now);

// Places of the customer's offers, the first to show first.
std::vector<size_t> RankOffers(const OfferCatalogue& catalogue, const std::vector<DecidedOffer>& decided);

// A text of the offer for this customer, in one language. Nothing: a value is not known, and `missing` names it. `code`
// empty: it is shown as an ellipsis.
std::optional<std::string> TextForCustomer(const OfferReading& reading, const DecidedOffer& decided, bool russian,
                                           const std::string& text, const OfferAsk& ask, const std::string& code,
                                           std::string* missing);

// The goods that the offer's texts show of this customer, each once.
std::vector<std::string> ProductsShown(const v1::OfferDefinition& offer, const CustomerCompanions& companions);

}  // namespace ebb::scorer
