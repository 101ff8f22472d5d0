#include "scorer/offers/offers_server.h"

#include <utility>

#include "scorer/offers/decision_forwarder.h"
#include "scorer/offers/offers_service.h"
#include "scorer/offers/store_events.h"

namespace ebb::scorer {

// In the order of construction: each uses what stands above it; the desk wakes the forwarder, which is there before
// anybody asks.
struct OffersServer::Wired {
  explicit Wired(Parts parts)
      : ledger(std::move(parts.ledger)),
        store(std::move(parts.feature_store), std::move(parts.tls)),
        desk(
            std::move(parts.offers), std::move(parts.segments), parts.slot, std::move(parts.sources), ledger.get(),
            parts.clock, [this] { forwarder.Wake(); }, std::move(parts.on_fatal)),
        forwarder(
            ledger.get(), [this](const std::vector<v1::Event>& events) { return store.Push(events); },
            [this] { store.Interrupt(); }, parts.longest_wait),
        service(
            &desk, ledger.get(),
            [this](const std::string& feature, const std::vector<std::string>& customer_ids, absl::Time as_of) {
              return store.Measure(feature, customer_ids, as_of);
            },
            parts.long_calls, parts.clock) {}

  const std::unique_ptr<DecisionLedger> ledger;
  StoreEvents store;
  OfferDesk desk;
  DecisionForwarder forwarder;
  OffersService service;
};

OffersServer::OffersServer(Parts parts) : wired_(std::make_unique<Wired>(std::move(parts))) {}
OffersServer::~OffersServer() { Stop(); }

OffersService* OffersServer::service() const { return &wired_->service; }
void OffersServer::Start() { wired_->forwarder.Start(); }
void OffersServer::Stop() { wired_->forwarder.Stop(); }

absl::Status OffersServer::Erase(const std::vector<std::string>& customer_ids) {
  return wired_->desk.Erase(customer_ids);
}

}  // namespace ebb::scorer
