// Each customer's events in order of time: the sorted history, and what still waits in the log.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ebb/v1/event.pb.h"
#include "feature_store/log_moment.h"
#include "feature_store/storage.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// A consistent reading of both at one moment. Not thread-safe.
class HistoryReader {
 public:
  // Reads the events that are not sorted yet into memory, only those of the customers in `only` unless it is null.
  static absl::StatusOr<HistoryReader> Open(LogMoment moment, const absl::flat_hash_set<std::string>* only);

  // All events of a customer, sorted by (event_time, event_id), each once. Cheapest when customers are asked in the
  // order of their pseudonyms.
  absl::StatusOr<std::vector<v1::Event>> EventsOf(absl::string_view customer_id, const Pseudonym& pseudonym);

 private:
  using Tail = absl::flat_hash_map<std::string, std::vector<v1::Event>>;
  HistoryReader(std::shared_ptr<const StorageView> view, Tail tail);

  std::shared_ptr<const StorageView> view_;  // before the cursor that reads from it
  std::unique_ptr<Cursor> cursor_;
  Tail tail_;
};

}  // namespace ebb::feature_store
