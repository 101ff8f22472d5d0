// How the store forgets a customer. What takes the bytes off the disk afterwards: erasure_removal.h.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/live_state.h"
#include "feature_store/log_tail.h"
#include "feature_store/residency.h"
#include "runtime/digest.h"

namespace ebb::feature_store {

// How an erased customer is named once nobody may know the name.
struct ErasureNames {
  explicit ErasureNames(uint64_t source_id);

  const std::string salt;      // told to those who follow changes
  const TruncatedHmac digest;  // under the salt
};

// INVALID_ARGUMENT names field and rule.
absl::Status CheckErasure(const v1::EraseCustomerRequest& request);

// Writes the erasure to the log, syncs, forgets the customer and closes the open segment, so that its part of the log
// can go. On the writer's thread. A customer that was erased before is answered with how far that is. Asks for no room
// on the disk: it needs next to none and makes some. NOT_FOUND: unknown; INTERNAL: the write failed.
absl::StatusOr<v1::EraseCustomerResponse> CommitErasure(const v1::EraseCustomerRequest& request,
                                                        const WriterOptions& options, const Pseudonymizer& pseudonyms,
                                                        const ErasureNames& names, LogTail* tail, Residency* residency,
                                                        LiveState* live);

// Takes the rows of erased customers out of an import; returns how many. On the writer's thread.
int64_t LeaveOutErased(std::vector<v1::SnapshotRow>* rows, LiveState* live);

}  // namespace ebb::feature_store
