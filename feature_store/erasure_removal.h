// Takes what erased customers left behind off the disk.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "feature_store/live_state.h"
#include "feature_store/storage.h"

namespace ebb::feature_store {

// An erased customer's bytes are in the log before the erasure, in the history, in the last checkpoint, and in the
// journals of the database. Once the log is sorted, saved and dropped beyond the erasure, nothing of it is in sight any
// more: this class then has the files rewritten that may still hold it. Every step may be repeated, so a crash costs
// only time. One thread uses it.
class ErasureRemoval {
 public:
  // Borrowed.
  ErasureRemoval(LiveState* live, Storage* storage) : live_(live), storage_(storage) {}

  bool AnyPending() const;
  // Removes those that can be; the rule of the storage (SetObsolete) has to name their records already. Some may stay
  // pending: the log is not dropped yet, or somebody reads a view that still shows them. `stop` is asked now and then.
  absl::Status Step(const std::function<bool()>& stop);

 private:
  struct Pending {
    Pseudonym pseudonym;
    storage::v1::ErasedCustomer record;
  };

  static std::string NameKey(const Pending& one);

  // Hides the rest of what can be hidden; those that no view shows any more.
  absl::StatusOr<std::vector<Pending>> OutOfSight();
  absl::Status CountEvents(Pending* one);
  absl::StatusOr<bool> RemoveEvents(const Pending& one, const std::function<bool()>& stop);
  absl::Status Keep(const Pending& one);

  LiveState* const live_;
  Storage* const storage_;
  // By customer: the storage's sequence when nothing of it was in sight any more. Older views still show it.
  absl::flat_hash_map<uint32_t, uint64_t> hidden_at_;
};

}  // namespace ebb::feature_store
