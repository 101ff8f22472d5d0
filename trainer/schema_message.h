#pragma once

#include "absl/status/statusor.h"
#include "ebb/v1/feature.pb.h"
#include "model/feature_schema.h"

namespace ebb::trainer {

// The store's message as the model's schema. DATA_LOSS when a feature has no name, no kind or no role, or when a name
// stands twice: such a schema comes from another version of the store.
absl::StatusOr<FeatureSchema> SchemaFromMessage(const v1::FeatureSchema& message);

}  // namespace ebb::trainer
