// Reads that the folded state cannot answer: vectors as of an earlier time, goods, everything of one customer.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/customer_export.h"
#include "feature_store/live_state.h"
#include "feature_store/storage.h"
#include "feature_store/store_clock.h"
#include "feature_store/vector_reader.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// Each call reads the whole unsorted log and, of each customer, the sorted history: it takes milliseconds to seconds,
// and memory for the customers' events. Who calls bounds how many run at once. Thread-safe.
class HistoryReads {
 public:
  struct Surroundings {  // all borrowed
    LiveState* live;
    const Storage* storage;
    const Pseudonymizer* pseudonyms;
    const StoreClock* clock;
    VectorReader* vectors;
  };
  explicit HistoryReads(const Surroundings& surroundings) : with_(surroundings) {}

  // `request` has an as_of and as many customers as it may have. INVALID_ARGUMENT names a time that cannot be;
  // OUT_OF_RANGE as CheckKept. `response` is empty before, and unspecified after an error.
  absl::Status GetFeatures(const v1::GetFeaturesRequest& request, v1::GetFeaturesResponse* response) const;

  // Of customers in memory within microseconds; `may_read_history` false: answers false where some are not. `response`
  // as above. INVALID_ARGUMENT.
  absl::StatusOr<bool> GetRecentGoods(const v1::GetRecentGoodsRequest& request, bool may_read_history,
                                      v1::GetRecentGoodsResponse* response) const;

  // NOT_FOUND: unknown; ABORTED: erased while it was read.
  absl::StatusOr<std::unique_ptr<CustomerExport>> ExportCustomer(const v1::ExportCustomerRequest& request) const;

  // OUT_OF_RANGE: events that a vector as of this time needs have left the history.
  absl::Status CheckKept(const std::string& field, absl::Time as_of) const;

 private:
  const Surroundings with_;
};

}  // namespace ebb::feature_store
