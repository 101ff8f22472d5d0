#pragma once

#include <optional>
#include <string_view>

#include "feature_store/compiled_declarations.h"
#include "feature_store/customer_state.h"

// How values of imported snapshots are read and placed in time. Pure functions.
namespace ebb::feature_store {

inline constexpr std::string_view kConsentYes = "yes";
inline constexpr std::string_view kConsentNo = "no";

// The double nearest to a decimal text; nothing where it is none (ParseDecimal).
std::optional<double> ReadNumber(std::string_view decimal);

// The integer behind a decimal in the feature's unit, such as 329310 minor units for `3293.1`; nothing where there is
// none, exactly.
std::optional<int64_t> ReadInteger(const CompiledFeature& feature, std::string_view decimal);

// A value of feature number `feature`, not yet filled in, of a snapshot with this stamp: where its tile stands, and
// which days of events it stands for. The tile stands at the end of the window that the value describes (just before
// the snapshot, or before the windows between), or at the window's beginning where it is empty.
ImportedFeature PlaceImport(const CompiledDeclarations& declarations, int feature, Stamp stamp);

}  // namespace ebb::feature_store
