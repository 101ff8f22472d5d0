#include "scorer/offers/offers_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/worker.h"
#include "scorer/offers/companion_goods.h"
#include "scorer/offers/decision_forwarder.h"
#include "scorer/offers/offers_service.h"
#include "scorer/offers/store_events.h"

namespace ebb::scorer {
namespace {

constexpr absl::Duration kBetweenPrunings = absl::Milliseconds(20);  // whoever asks for offers comes in between

}  // namespace

// In the order of construction: each uses what stands above it; the desk wakes the forwarder, which is there before
// anybody asks.
struct OffersServer::Wired {
  explicit Wired(Parts parts)
      : clock(parts.clock),
        keep(parts.keep),
        ledger(std::move(parts.ledger)),
        store(std::move(parts.feature_store), std::move(parts.tls)),
        companions(
            parts.offers,
            {.count = [this](const v1::GetCoPurchasesRequest& request, const auto& take,
                             const auto& cancelled) { return store.CountCoPurchases(request, take, cancelled); },
             .goods = [this](const v1::GetRecentGoodsRequest& request) { return store.GetRecentGoods(request); }},
            parts.longest_wait),
        desk(
            std::move(parts.offers), std::move(parts.segments), parts.slot, WithCompanions(std::move(parts.sources)),
            ledger.get(), parts.clock, [this] { forwarder.Wake(); }, std::move(parts.on_fatal)),
        forwarder(
            ledger.get(), [this](const std::vector<v1::Event>& events) { return store.Push(events); },
            [this] { store.Interrupt(); }, parts.longest_wait),
        service(
            &desk, ledger.get(),
            [this](const std::string& feature, const std::vector<std::string>& customer_ids, absl::Time as_of) {
              return store.Measure(feature, customer_ids, as_of);
            },
            &calls, parts.long_calls, parts.clock) {}

  OfferDesk::Sources WithCompanions(OfferDesk::Sources sources) {
    sources.companions = [this](const std::vector<std::string>& ids) { return companions.Of(ids); };
    sources.companion_state = [this]() -> std::optional<v1::CompanionState> {
      if (!companions.IsShown()) return std::nullopt;
      return companions.State();
    };
    return sources;
  }

  // Once an hour, as long as there is something.
  absl::Duration Prune() {
    const absl::StatusOr<bool> more = desk.Prune(clock->Now() - keep);
    if (!more.ok()) return absl::InfiniteDuration();  // the desk has told of it
    return *more ? kBetweenPrunings : absl::Hours(1);
  }

  const Clock* const clock;
  const absl::Duration keep;
  const std::unique_ptr<DecisionLedger> ledger;
  StoreEvents store;
  CompanionGoods companions;
  OfferDesk desk;
  DecisionForwarder forwarder;
  WorkPool calls{{.name = "offers", .threads = 4, .most_waiting = 1'000}};
  OffersService service;
  Worker pruner{"offer-pruning", [this] { return Prune(); }};
};

absl::Status CheckKeep(const OfferCatalogue& offers, absl::Duration keep) {
  const absl::Duration horizon = absl::Hours(24) * offers.measure().horizon_days();
  for (size_t i = 0; i < offers.size(); ++i) {
    const absl::Duration needed = FromOfferDuration(offers.offer(i).lasts()) + horizon;
    if (keep >= needed) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "--keep-offer-decisions: is ", absl::FormatDuration(keep), ", but offer `", offers.offer(i).name(),
        "` stands and is measured for ", absl::FormatDuration(needed), "; keep decisions at least that long"));
  }
  return absl::OkStatus();
}

OffersServer::OffersServer(Parts parts) : wired_(std::make_unique<Wired>(std::move(parts))) {}
OffersServer::~OffersServer() { Stop(); }

OffersService* OffersServer::service() const { return &wired_->service; }
void OffersServer::Start() {
  wired_->forwarder.Start();
  wired_->companions.Start();
  wired_->pruner.Start();
}

void OffersServer::Stop() {
  wired_->pruner.Stop();
  wired_->companions.Stop();
  wired_->forwarder.Stop();
}

absl::Status OffersServer::Erase(const std::vector<std::string>& customer_ids) {
  return wired_->desk.Erase(customer_ids);
}

}  // namespace ebb::scorer
