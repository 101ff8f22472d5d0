#pragma once

#include "absl/status/statusor.h"
#include "ebb/v1/scorer_service.pb.h"
#include "scorer/known_inputs.h"
#include "scorer/model_slot.h"

namespace ebb::scorer {

// Answers what scores would be. Thread-safe; borrows what it is given.
//
// Errors: FAILED_PRECONDITION: there is no model yet, or the store's vectors lack an input of it; NOT_FOUND: no
// features of the customer are known; INVALID_ARGUMENT with the field.
class WhatIfQueries {
 public:
  WhatIfQueries(const ModelSlot* slot, InputsLookup lookup) : slot_(slot), lookup_(std::move(lookup)) {}

  absl::StatusOr<v1::ScoreVectorResponse> ScoreVector(const v1::ScoreVectorRequest& request) const;

 private:
  const ModelSlot* const slot_;
  const InputsLookup lookup_;
};

}  // namespace ebb::scorer
