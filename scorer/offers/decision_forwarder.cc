#include "scorer/offers/decision_forwarder.h"

#include <algorithm>
#include <random>
#include <utility>

#include "runtime/log.h"

namespace ebb::scorer {
namespace {

constexpr size_t kEventsAtOnce = 500;
constexpr absl::Duration kFirstForwardWait = absl::Milliseconds(100);

}  // namespace

DecisionForwarder::DecisionForwarder(DecisionLedger* ledger, Push push, std::function<void()> interrupt,
                                     absl::Duration longest_wait)
    : ledger_(ledger),
      push_(std::move(push)),
      interrupt_(std::move(interrupt)),
      backoff_(std::min(kFirstForwardWait, longest_wait), longest_wait, std::random_device()()),
      worker_("decisions", [this] { return Forward(); }) {}

void DecisionForwarder::Stop() {
  interrupt_();
  worker_.Stop();
}

absl::Duration DecisionForwarder::Forward() {
  std::vector<v1::Event> events;
  uint64_t last = 0;
  const absl::Status read = ledger_->ForEach(ledger_->delivered() + 1, [&](uint64_t number, v1::Event event) {
    events.push_back(std::move(event));
    last = number;
    return events.size() < kEventsAtOnce ? absl::OkStatus() : absl::CancelledError();
  });
  if (!read.ok() && !absl::IsCancelled(read)) {
    Log(Level::kError, "decisions", "the ledger cannot be read", {{"reason", read.message()}});
    return absl::InfiniteDuration();
  }
  if (events.empty()) return absl::InfiniteDuration();
  absl::Status forwarded = push_(events);
  if (forwarded.ok()) forwarded = ledger_->MarkDelivered(last);
  if (!forwarded.ok()) {
    if (!std::exchange(loss_reported_, true) && !worker_.stopping()) {
      Log(Level::kWarning, "decisions", "decisions cannot be brought to the store; trying again until they can",
          {{"reason", forwarded.message()}});
    }
    return backoff_.Next();
  }
  backoff_.Reset();
  if (std::exchange(loss_reported_, false)) Log(Level::kInfo, "decisions", "decisions are brought to the store again");
  return absl::ZeroDuration();
}

}  // namespace ebb::scorer
