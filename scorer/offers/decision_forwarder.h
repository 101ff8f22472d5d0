#pragma once

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "ebb/v1/event.pb.h"
#include "runtime/backoff.h"
#include "runtime/worker.h"
#include "scorer/offers/decision_ledger.h"

namespace ebb::scorer {

// Brings the ledger's events to the feature store, in order, on its own thread; goes on after a crash from where the
// store had acknowledged. An event sent twice keeps its identity and counts once. Start and Stop belong to the owner;
// Wake is thread-safe.
class DecisionForwarder {
 public:
  // OK: the store has answered for every event; a refused one (its customer was erased) is not sent again.
  using Push = std::function<absl::Status(const std::vector<v1::Event>& events)>;

  // `interrupt` makes a Push that runs return soon. Borrows the ledger.
  DecisionForwarder(DecisionLedger* ledger, Push push, std::function<void()> interrupt, absl::Duration longest_wait);
  ~DecisionForwarder() { Stop(); }

  void Start() { worker_.Start(); }
  void Stop();
  // Something was decided.
  void Wake() { worker_.Wake(); }
  // One batch on the caller's thread; tells when to come again.
  absl::Duration RunOnce() { return worker_.RunOnce(); }

 private:
  absl::Duration Forward();

  DecisionLedger* const ledger_;
  const Push push_;
  const std::function<void()> interrupt_;
  // Touched by the worker only:
  Backoff backoff_;
  bool loss_reported_ = false;  // one line when the store goes, one when it is back
  Worker worker_;               // last: its thread uses all of the above
};

}  // namespace ebb::scorer
