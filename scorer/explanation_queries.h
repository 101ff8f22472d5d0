#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "ebb/v1/scorer_service.pb.h"
#include "model/trained_model.h"
#include "scorer/model_slot.h"

namespace ebb::scorer {

// A customer's latest features, in the order of a model's schema.
struct KnownInputs {
  FeatureVector vector;
  int64_t as_of_micros = 0;
};

// Answers why scores are what they are. Thread-safe; borrows what it is given.
//
// Errors: FAILED_PRECONDITION: there is no model yet, or the store's vectors lack an input of it; INVALID_ARGUMENT with
// the field.
class ExplanationQueries {
 public:
  // Nothing: no features of such a customer are known.
  using Lookup = std::function<absl::StatusOr<std::optional<KnownInputs>>(std::string_view customer_id,
                                                                          const TrainedModel& model)>;

  ExplanationQueries(const ModelSlot* slot, Lookup lookup) : slot_(slot), lookup_(std::move(lookup)) {}

  absl::StatusOr<v1::ExplainResponse> Explain(const v1::ExplainRequest& request) const;

 private:
  const ModelSlot* const slot_;
  const Lookup lookup_;
};

}  // namespace ebb::scorer
