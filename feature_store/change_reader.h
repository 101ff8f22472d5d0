// What watchers follow: customers in the order of their last change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/live_state.h"
#include "feature_store/vector_reader.h"

namespace ebb::feature_store {

// What is told beside the vectors of customers that changed; erased ones in order of sequence.
struct Changes {
  const CompiledDeclarations* declarations = nullptr;  // by which they were computed; these live as long as the store
  std::vector<v1::ErasedCustomer> erased;
  uint64_t sequence = 0;  // of the last one; where there is none, as asked
  bool at_end = false;    // fewer than `max`: there are no more
};

// Thread-safe.
class ChangeReader {
 public:
  // Both are borrowed; `erasure_salt` goes into what is told of erased customers.
  ChangeReader(LiveState* live, VectorReader* vectors, std::string erasure_salt)
      : live_(live), vectors_(vectors), erasure_salt_(std::move(erasure_salt)) {}

  // At most `max` changes after `sequence`. The store's lock is taken for a few customers at a time, and only to copy
  // their vectors: messages are made without it. DATA_LOSS when a record cannot be read.
  // Adds the latest vectors to `customers`, in order of sequence.
  absl::StatusOr<Changes> After(uint64_t sequence, size_t max,
                                google::protobuf::RepeatedPtrField<v1::CustomerFeatures>* customers) const;

 private:
  LiveState* const live_;
  VectorReader* const vectors_;
  const std::string erasure_salt_;
};

// One customer's vector for the wire, into an empty message.
void FillCustomerFeatures(const CompiledDeclarations& declarations, const ServedCustomer& served, uint64_t sequence,
                          v1::CustomerFeatures* features);

}  // namespace ebb::feature_store
