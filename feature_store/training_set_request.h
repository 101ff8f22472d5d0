// What a request for a training set asks for, checked.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ebb/storage/v1/feature_store.pb.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/compiled_declarations.h"
#include "feature_store/training_label.h"

namespace ebb::feature_store {

// A moment of the store, as far as training sets depend on it.
struct TrainingMoment {
  uint64_t source_id = 0;        // of the data folder
  uint64_t position = 0;         // end of the log
  uint64_t past_changed_at = 0;  // as in LiveState, and the next
  int64_t expired_before_us = 0;
  int64_t now_us = 0;           // the store's clock
  int64_t known_before_us = 0;  // what entries before `position` say is known before it, what later ones say is not
  std::vector<int64_t> import_times_us;  // as-of times where a request names none
};

struct TrainingSetPlan {
  LabelRule rule;
  std::vector<absl::Time> as_of;  // ascending
  int64_t chunk_rows = 0;
  bool late_knowledge = false;
  bool next_month_revenue = false;
  int64_t first_purchase_us = std::numeric_limits<int64_t>::max();  // with next_month_revenue; the caller looks it up
  // What was mended in the imports that its rows can see; the caller looks it up.
  google::protobuf::RepeatedPtrField<v1::DataRepair> repairs;
  // Where to begin: of a new set without a last customer.
  storage::v1::TrainingSetPosition begin;
};

// INVALID_ARGUMENT names the field of the request that cannot be. A resume_token that was valid once and is not any
// more: FAILED_PRECONDITION or OUT_OF_RANGE, and the message says what happened since.
absl::StatusOr<TrainingSetPlan> PlanTrainingSet(const v1::ReadTrainingSetRequest& request,
                                                const CompiledDeclarations& declarations, const TrainingMoment& moment);

// The bytes of a resume_token: the position's record and the first 8 bytes of its SHA-256.
std::string EncodeTrainingSetToken(const storage::v1::TrainingSetPosition& position);

}  // namespace ebb::feature_store
