#pragma once

#include <cstddef>
#include <vector>

#include "ebb/v1/explanation.pb.h"
#include "model/explain/shapley.h"
#include "model/feature_schema.h"
#include "model/feature_vector.h"

namespace ebb::scorer {

// Explanations as they go over the wire. Pure.

v1::ExplanationScale ScaleMessage(ShapleyScale scale);
v1::ExplanationMethod MethodMessage(ShapleyMethod method);

// The inputs of a schema, the greatest absolute contribution first, equal ones in the schema's order.
std::vector<size_t> ByContribution(const FeatureSchema& schema, const std::vector<double>& contributions);

// All but the contribution's standard error and sentence.
void FillContribution(const FeatureSpec& spec, const FeatureValue& value, double contribution,
                      v1::Contribution* message);

}  // namespace ebb::scorer
