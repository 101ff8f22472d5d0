#pragma once

#include "absl/status/status.h"
#include "ebb/v1/scorer_service.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "model/feature_schema.h"
#include "model/feature_vector.h"

namespace ebb::scorer {

// Puts the values of a request's `features` into their places of `vector`, which is in the order of `schema`.
//
// Errors: INVALID_ARGUMENT with the field `features[i]`: the schema has no such feature, it stands there twice, or the
// value is no finite number or no category where the schema wants one.
absl::Status SetFeatures(const google::protobuf::RepeatedPtrField<v1::InputFeature>& features,
                         const FeatureSchema& schema, FeatureVector* vector);

}  // namespace ebb::scorer
