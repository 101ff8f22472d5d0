#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/cpp/endpoints.h"
#include "clients/cpp/event_pusher.h"
#include "clients/cpp/feature_store_client.h"
#include "ebb/v1/event.pb.h"
#include "runtime/mutex.h"

namespace ebb::scorer {

// Brings events to the feature store and asks it what became of customers. Thread-safe, but one Push at a time.
class StoreEvents {
 public:
  StoreEvents(std::string address, TlsFiles tls);

  // Returns when the store has answered for every event. Refused events are told in the log, without customers.
  // UNAVAILABLE, DEADLINE_EXCEEDED: it has not; push again. CANCELLED: Interrupt was called.
  absl::Status Push(const std::vector<v1::Event>& events);
  // A Push that runs, and every later one, ends soon.
  void Interrupt();

  // See CompanionGoods::Store (companion_goods.h).
  absl::Status CountCoPurchases(const v1::GetCoPurchasesRequest& request,
                                const std::function<void(const v1::GetCoPurchasesResponse&)>& take,
                                const std::function<bool()>& cancelled);
  absl::StatusOr<v1::GetRecentGoodsResponse> GetRecentGoods(const v1::GetRecentGoodsRequest& request);

  // See MeasureLookup (uplift_report.h).
  absl::StatusOr<std::vector<std::optional<double>>> Measure(const std::string& feature,
                                                             const std::vector<std::string>& customer_ids,
                                                             absl::Time as_of);

 private:
  const std::string address_;
  const TlsFiles tls_;
  FeatureStoreClient reader_;
  FeatureStoreClient quick_reader_;  // somebody waits for it
  Mutex mutex_;
  std::shared_ptr<EventPusher> pusher_ ABSL_GUARDED_BY(mutex_);  // null: connect anew
  bool interrupted_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace ebb::scorer
