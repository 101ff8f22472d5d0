// Vectors of many customers as columns, the form in which GetFeatures answers.
#pragma once

#include "ebb/v1/feature.pb.h"
#include "ebb/v1/feature_store_service.pb.h"

namespace ebb::feature_store {

// Appends one customer to the answer; the first call lays out its columns. `vector` null: the store does not know the
// customer.
void AppendCustomer(const v1::FeatureSchema& schema, const v1::FeatureVector* vector,
                    v1::GetFeaturesResponse* response);

}  // namespace ebb::feature_store
