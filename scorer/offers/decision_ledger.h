#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "ebb/v1/event.pb.h"
#include "scorer/offers/decide_offers.h"

namespace ebb::scorer {

// What was decided about offers, on disk: a numbered log of events (decisions, outcomes and the contacts that come with
// them) as the feature store will get them, how each offer stands with each customer, how often each was given a day,
// and the codes. The grammar of the keys stands in rocks_decision_ledger.cc; no key names a person.
//
// Threads: one writer at a time; reads may run beside it.
// Errors: INTERNAL (the disk failed: stop and start again, never retry) or DATA_LOSS (damaged bytes).
class DecisionLedger {
 public:
  // The events of one commit take the numbers from next_number() on, in order.
  struct Write {
    std::vector<v1::Event> events;
    // By customer: standings that changed, and all contacts where they did.
    struct Customer {
      std::map<std::string, storage::v1::OfferStanding> standings;
      bool contacts_changed = false;
      storage::v1::OfferContacts contacts;
    };
    std::map<std::string, Customer> customers;
    std::map<std::pair<absl::CivilDay, std::string>, int64_t> given;    // new count by day and offer
    std::map<std::string, uint64_t> codes_given;                        // new count by pool
    std::vector<std::pair<uint64_t, v1::OfferOutcome::Kind>> outcomes;  // reported now, by offering
  };
  struct Pool {
    int64_t added = 0, known = 0;  // by an import
    uint64_t imported = 0, given = 0;
    int64_t left() const { return static_cast<int64_t>(imported - given); }
  };

  virtual ~DecisionLedger() = default;

  // Random, chosen when the ledger was created: decision identifiers begin with it.
  virtual uint64_t source_id() const = 0;
  // Of the next event; the first is 1.
  virtual uint64_t next_number() const = 0;

  virtual absl::StatusOr<CustomerOffers> Read(const std::string& customer_id) const = 0;
  virtual absl::StatusOr<int64_t> GivenOn(absl::CivilDay day, const std::string& offer) const = 0;
  // NOT_FOUND: there is no event of this number, or its customer was erased.
  virtual absl::StatusOr<v1::Event> Event(uint64_t number) const = 0;
  virtual absl::StatusOr<bool> HasOutcome(uint64_t offering, v1::OfferOutcome::Kind kind) const = 0;
  // All events from number `first` on, in order, until the visitor's error, which is returned.
  virtual absl::Status ForEach(uint64_t first, const std::function<absl::Status(uint64_t, v1::Event)>& visit) const = 0;

  virtual absl::StatusOr<Pool> FindPool(const std::string& pool) const = 0;
  // Code number `number` of the pool, from 0.
  virtual absl::StatusOr<std::string> Code(const std::string& pool, uint64_t number) const = 0;
  virtual absl::StatusOr<Pool> ImportCodes(const std::string& pool, const std::vector<std::string>& codes) = 0;

  // All or nothing, and on disk when it returns.
  virtual absl::Status Commit(const Write& write) = 0;

  // The last number that the feature store has acknowledged; 0: none. Kept, not synced: after a crash some events are
  // sent again, which the store counts once.
  virtual uint64_t delivered() const = 0;
  virtual absl::Status MarkDelivered(uint64_t number) = 0;

  // Forgets the oldest events: those ahead of the first that is not delivered or happened at `before` or later, at most
  // `most` at once. With them go the outcomes reported for them and the counts of days that ended before. How offers
  // stand with customers stays. True: there is more to forget.
  virtual absl::StatusOr<bool> Prune(absl::Time before, size_t most) = 0;

  // Keeps nothing of these customers. When it returns no file of the ledger holds a byte of them.
  virtual absl::Status Erase(const std::vector<std::string>& customer_ids) = 0;
};

}  // namespace ebb::scorer
