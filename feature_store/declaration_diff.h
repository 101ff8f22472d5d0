#pragma once

#include <vector>

#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/compiled_declarations.h"

namespace ebb::feature_store {

// What would change if a store that serves `served` was started with `other`, and what it would cost. Pure.
std::vector<v1::CompareDeclarationsResponse::Change> DiffDeclarations(const CompiledDeclarations& served,
                                                                      const CompiledDeclarations& other);

}  // namespace ebb::feature_store
