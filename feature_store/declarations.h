#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "feature_store/compiled_declarations.h"

// Reads the features of a store from a protobuf text file (ebb.v1.FeatureDeclarations). Pure functions.
namespace ebb::feature_store {

// Parses and checks everything, then compiles, for a store that keeps events for `retention`. INVALID_ARGUMENT lists
// every mistake, one a line, as `FILE:LINE:COLUMN: feature `NAME`: rule`; `file_name` only appears in these.
absl::StatusOr<CompiledDeclarations> CompileDeclarations(std::string_view text, std::string_view file_name,
                                                         absl::Duration retention = absl::InfiniteDuration());

// The features of the shop that ebb was made for: deploy/features.textproto, built into the program.
std::string_view DefaultDeclarationsText();

}  // namespace ebb::feature_store
