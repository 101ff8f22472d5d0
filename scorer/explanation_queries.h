#pragma once

#include "absl/status/statusor.h"
#include "ebb/v1/scorer_service.pb.h"
#include "scorer/known_inputs.h"
#include "scorer/model_slot.h"

namespace ebb::scorer {

// Answers why scores are what they are. Thread-safe; borrows what it is given.
//
// Errors: FAILED_PRECONDITION: there is no model yet, or the store's vectors lack an input of it; INVALID_ARGUMENT with
// the field.
class ExplanationQueries {
 public:
  ExplanationQueries(const ModelSlot* slot, InputsLookup lookup) : slot_(slot), lookup_(std::move(lookup)) {}

  absl::StatusOr<v1::ExplainResponse> Explain(const v1::ExplainRequest& request) const;

 private:
  const ModelSlot* const slot_;
  const InputsLookup lookup_;
};

}  // namespace ebb::scorer
