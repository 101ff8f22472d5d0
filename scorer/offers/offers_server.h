#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/cpp/endpoints.h"
#include "runtime/clock.h"
#include "runtime/work_pool.h"
#include "scorer/model_slot.h"
#include "scorer/offers/decision_ledger.h"
#include "scorer/offers/offer_catalogue.h"
#include "scorer/offers/offer_desk.h"

namespace ebb::scorer {

class OffersService;

// INVALID_ARGUMENT: decisions would be forgotten while an offer given by them still stands, or before its effect can be
// measured.
absl::Status CheckKeep(const OfferCatalogue& offers, absl::Duration keep);

// All that serves offers, wired: ledger, desk, service, and the way to the store. Borrows what its Parts point to.
class OffersServer {
 public:
  struct Parts {
    std::unique_ptr<DecisionLedger> ledger;
    std::shared_ptr<const OfferCatalogue> offers;
    std::shared_ptr<const SegmentCatalogue> segments;
    const ModelSlot* slot = nullptr;
    OfferDesk::Sources sources;
    WorkPool* long_calls = nullptr;
    std::string feature_store;  // host:port
    TlsFiles tls;
    absl::Duration longest_wait;  // before a lost store is tried again
    absl::Duration keep;          // decisions; see CheckKeep
    const Clock* clock = nullptr;
    std::function<void(const absl::Status&)> on_fatal;  // only a restart heals
  };

  explicit OffersServer(Parts parts);
  ~OffersServer();  // stops
  OffersServer(const OffersServer&) = delete;
  OffersServer& operator=(const OffersServer&) = delete;

  // For the host, which must go before this does.
  OffersService* service() const;
  // Brings decisions to the store from now on.
  void Start();
  void Stop();
  // Forgets customers whom the sources know no more.
  absl::Status Erase(const std::vector<std::string>& customer_ids);

 private:
  struct Wired;
  const std::unique_ptr<Wired> wired_;
};

}  // namespace ebb::scorer
