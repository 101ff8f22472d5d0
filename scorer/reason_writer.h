#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "ebb/v1/language.pb.h"
#include "ebb/v1/score.pb.h"
#include "ebb/v1/scorer_service.pb.h"
#include "model/explain/shapley.h"
#include "model/feature_vector.h"
#include "runtime/mutex.h"
#include "scorer/known_inputs.h"
#include "scorer/model_slot.h"

namespace ebb::scorer {

// Which reasons a subscriber wants.
struct ReasonsWanted {
  int count = 0;  // 0: none
  v1::Language language = v1::ENGLISH;
};

// INVALID_ARGUMENT with the field: `reasons` is not from 0 to 32, or `language` is not known.
absl::StatusOr<ReasonsWanted> ReasonsOf(const v1::SubscribeRequest& request);

// Puts reasons into scores that are about to be sent. They are computed when the first subscriber who wants some comes
// to a change, and kept for the others until so many more changes were explained; changes that nobody wants reasons for
// cost nothing.
//
// Kept by the change's sequence, which names nobody: an erased customer's explanation is a few numbers without an owner
// until it is overwritten. Memory: about 60 bytes a feature and change that is kept, so 6 MiB for the shop's 24 inputs
// and the default.
//
// Thread-safe; borrows the slot. Two threads that come to a change at the same moment may both explain it.
class ReasonWriter {
 public:
  static constexpr size_t kDefaultKept = 4'096;

  ReasonWriter(const ModelSlot* slot, InputsLookup lookup, size_t most_kept = kDefaultKept)
      : slot_(slot), lookup_(std::move(lookup)), most_kept_(most_kept) {}

  // Fills score->reasons. Leaves them out where nothing is known that they could be made from: another model has come
  // into service meanwhile, or the features are gone or do not fit it.
  void Fill(const ReasonsWanted& wanted, v1::Score* score) const;

 private:
  // Everything but the words.
  struct Reasons {
    uint64_t scoring_id = 0;
    int64_t as_of_micros = 0;
    FeatureVector vector;
    Explanation explanation;
  };

  // Null: see Fill.
  std::shared_ptr<const Reasons> Find(const ServedModel& served, const v1::Score& score) const;
  std::shared_ptr<const Reasons> Kept(const ServedModel& served, const v1::Score& score) const;
  void Keep(int64_t sequence, std::shared_ptr<const Reasons> reasons) const;

  const ModelSlot* const slot_;
  const InputsLookup lookup_;
  const size_t most_kept_;

  mutable Mutex mutex_;
  mutable absl::flat_hash_map<int64_t, std::shared_ptr<const Reasons>> kept_ ABSL_GUARDED_BY(mutex_);
  mutable std::deque<int64_t> order_ ABSL_GUARDED_BY(mutex_);  // the sequences of kept_, the oldest first
};

}  // namespace ebb::scorer
