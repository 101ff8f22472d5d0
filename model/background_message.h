#pragma once

#include <string>
#include <vector>

#include "ebb/v1/model_file.pb.h"
#include "model/feature_schema.h"
#include "model/feature_vector.h"

namespace ebb {

// Background rows as a model file keeps them. At least one row, each as long as the schema.
v1::ModelBackgroundRows BackgroundToMessage(const FeatureSchema& schema, const std::vector<FeatureVector>& rows);

// Takes nothing on trust: `broken` becomes the first rule of model_file.proto that does not hold, with its value.
std::vector<FeatureVector> BackgroundFromMessage(const FeatureSchema& schema, const v1::ModelBackgroundRows& message,
                                                 std::string* broken);

}  // namespace ebb
