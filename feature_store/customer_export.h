// Everything the store keeps of one customer, in messages of a bearable size.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "ebb/v1/feature_store_service.pb.h"

namespace ebb::feature_store {

// Not thread-safe.
class CustomerExport {
 public:
  // `events` in order of time.
  CustomerExport(v1::FeatureSchema schema, v1::CustomerFeatures features, std::vector<v1::Event> events);

  // Fills the next message; false when everything was given. There is always a first one.
  bool Next(v1::ExportCustomerResponse* message);

 private:
  v1::ExportCustomerResponse first_;
  std::vector<v1::Event> events_;
  bool began_ = false;
  size_t next_ = 0;
};

}  // namespace ebb::feature_store
