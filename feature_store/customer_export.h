// Everything the store keeps of one customer, in messages of a bearable size.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/feature_store_service.pb.h"

namespace ebb::feature_store {

// Not thread-safe.
class CustomerExport {
 public:
  // `events` in order of time. `forgotten` says whether the customer was erased meanwhile; it is asked before each
  // message, so that nothing of a customer is given out after the erasure was answered.
  CustomerExport(v1::FeatureSchema schema, v1::CustomerFeatures features, std::vector<v1::Event> events,
                 std::function<bool()> forgotten);

  // Fills the next message; false when everything was given. There is always a first one. ABORTED: the customer was
  // erased.
  absl::StatusOr<bool> Next(v1::ExportCustomerResponse* message);

 private:
  const std::function<bool()> forgotten_;
  v1::ExportCustomerResponse first_;
  std::vector<v1::Event> events_;
  bool began_ = false;
  size_t next_ = 0;
};

}  // namespace ebb::feature_store
