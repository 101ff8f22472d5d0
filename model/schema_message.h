#pragma once

#include "absl/status/statusor.h"
#include "ebb/v1/feature.pb.h"
#include "model/feature_schema.h"

namespace ebb {

// The store's message as our schema, read alike for training and for serving. INVALID_ARGUMENT names the feature that
// has no name, no known kind or role, or a name that stands twice: such a schema comes from another version of the
// store.
absl::StatusOr<FeatureSchema> SchemaFromMessage(const v1::FeatureSchema& message);

}  // namespace ebb
