#pragma once

#include "absl/time/time.h"
#include "ebb/v1/feature.pb.h"
#include "feature_store/customer_state.h"
#include "feature_store/feature_values.h"
#include "feature_store/feature_windows.h"
#include "feature_store/tiles_by_measure.h"

// Vectors from states: the one code path of features, online and as of a time. Pure functions.
namespace ebb::feature_store {

// The values as of T of a customer whose state holds exactly what IsBefore (event_time.h) lets in. Statuses are
// PRESENT, DEFAULT or NEVER_SEEN. Equal states give equal bits; integers become doubles only in the last division.
void ComputeValues(const CompiledDeclarations& declarations, const CustomerState& state, absl::Time as_of,
                   FeatureValues* values);
// The same, for who computes many: `by_measure` is of the state, `windows` of T.
void ComputeValues(const CompiledDeclarations& declarations, const CustomerState& state,
                   const TilesByMeasure& by_measure, const FeatureWindows& windows, FeatureValues* values);
// The same in the wire's form.
v1::FeatureVector ComputeVector(const CompiledDeclarations& declarations, const CustomerState& state, absl::Time as_of);

// The earliest time after `as_of` at which the vector can have news (HasNews) with no event: the next midnight at which
// a tile enters or leaves a window, a held import ends, or a count of days reaches its next step. InfiniteFuture where
// it never can.
absl::Time NextChange(const CompiledDeclarations& declarations, const CustomerState& state, absl::Time as_of);

// Whether watchers should hear what time alone did to the vector between `then` and `now`: any value or status differs,
// but for counts of days that are still on the same step (day_counter.h).
bool HasNews(const CompiledDeclarations& declarations, const CustomerState& state, absl::Time then, absl::Time now);

}  // namespace ebb::feature_store
