#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "model/trained_model.h"

namespace ebb::scorer {

// What was last heard of a customer, as a model reads it.
struct KnownInputs {
  FeatureVector vector;  // in the order of the model's schema
  // Mean monthly profit of the last three months, of which the vector cannot say that nothing is known.
  std::optional<double> monthly_profit;
  int64_t as_of_micros = 0;
};

// Nothing: no features of such a customer are known. FAILED_PRECONDITION: the store's vectors lack an input of the
// model.
using InputsLookup =
    std::function<absl::StatusOr<std::optional<KnownInputs>>(std::string_view customer_id, const TrainedModel& model)>;

}  // namespace ebb::scorer
