#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ebb/v1/feature.pb.h"
#include "model/feature_schema.h"
#include "model/feature_vector.h"
#include "model/trained_model.h"
#include "scorer/score_record.h"

namespace ebb::scorer {

// A vector as the store sends it, as it is kept. INVALID_ARGUMENT names the feature whose value does not follow the
// schema.
absl::StatusOr<std::vector<KeptValue>> ReadVector(const FeatureSchema& schema, const v1::FeatureVector& vector);

// How a model reads the vectors of one store schema: by name, so that the store may have features that the model does
// not know, in any order. Immutable, so threads may share one.
class VectorReading {
 public:
  // FAILED_PRECONDITION names an input of the model that the store does not have, or has as another kind.
  static absl::StatusOr<VectorReading> Make(const FeatureSchema& store, const TrainedModel& model);

  // The same customer in the order of the model's schema.
  FeatureVector Inputs(const std::vector<KeptValue>& vector) const;

  // The mean monthly profit that segments go by. A value that stands for "never saw any" is no profit of 0: nothing is
  // known then.
  std::optional<double> Profit(const std::vector<KeptValue>& vector) const;

 private:
  std::vector<std::optional<size_t>> places_;  // one a feature of the model: its index in the store's vectors
  std::optional<size_t> profit_;
};

}  // namespace ebb::scorer
