#pragma once

#include <cstdint>
#include <optional>

#include "feature_store/compiled_declarations.h"
#include "feature_store/customer_state.h"
#include "feature_store/tiles_by_measure.h"

// Features that count days up to T: the tenure, and the days since something last happened. Pure functions.
namespace ebb::feature_store {

bool CountsDays(const CompiledFeature& feature);

// The day that such a feature counts from, for a T on day `today`; nothing where its window holds none. `by_measure` is
// of the state.
std::optional<Day> CountedFrom(const CompiledDeclarations& declarations, const CustomerState& state,
                               const TilesByMeasure& by_measure, const CompiledFeature& feature, Day today);

// What it says then: days from there to `today`, 0 where that day is still to come.
int64_t CountOn(Day from, Day today);

// A count grows every midnight without saying anything new. Watchers are told by steps, the greatest ones that are
// never more than an eighth of the count: equal steps are no news. Steps are the count's own, so that they depend
// neither on when a customer was told last nor on anybody else.
int64_t StepOf(int64_t count);
// The first day after `today` with another step.
Day NextStepOn(Day from, Day today);

}  // namespace ebb::feature_store
