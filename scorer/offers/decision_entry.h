#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "scorer/customer_score.h"
#include "scorer/offers/decide_offers.h"
#include "scorer/offers/decision_ledger.h"

// What decisions become in the ledger. Pure functions, except that codes are read from the ledger.
namespace ebb::scorer {

// Names an offering or an event of it: the ledger's source and the number.
std::string DecisionId(uint64_t source_id, uint64_t number);
// Nothing: it is no identifier of this ledger.
std::optional<uint64_t> NumberOfDecision(uint64_t source_id, const std::string& decision_id);

// Collects what one round of decisions writes.
class DecisionEntries {
 public:
  // Borrows all.
  DecisionEntries(const OfferReading& reading, const DecisionLedger& ledger, absl::Time now)
      : reading_(reading), ledger_(ledger), now_(now), next_(ledger.next_number()) {}

  // Takes a decision about `ask`'s customer, if it says more than the last one kept: another status or reason, or an
  // offering begins. `given_today`: how often its offer was given before this round.
  absl::Status Add(const OfferAsk& ask, const CustomerScore& score, const DecidedOffer& decided, int64_t given_today);

  // How the offer stands with the customer after it.
  const storage::v1::OfferStanding& StandingOf(const OfferAsk& ask, const std::string& offer) const;

  bool empty() const { return write_.events.empty(); }
  const DecisionLedger::Write& write() const { return write_; }

 private:
  absl::Status Begin(const OfferAsk& ask, const DecidedOffer& decided, int64_t given_today,
                     storage::v1::OfferStanding* standing);
  v1::Event EventOf(const OfferAsk& ask, const CustomerScore& score, const DecidedOffer& decided,
                    const storage::v1::OfferStanding& standing) const;

  const OfferReading& reading_;
  const DecisionLedger& ledger_;
  const absl::Time now_;
  uint64_t next_;
  DecisionLedger::Write write_;
};

// The events that an outcome becomes, and what it changes: a contact reported is counted by the store from now on, an
// offer declined ends.
DecisionLedger::Write OutcomeEntries(const v1::Event& decision, uint64_t offering, v1::OfferOutcome::Kind kind,
                                     absl::Time time, CustomerOffers ledger);

}  // namespace ebb::scorer
