#pragma once

#include <span>

#include "absl/time/time.h"
#include "ebb/v1/event.pb.h"
#include "ebb/v1/feature.pb.h"

namespace ebb::feature_store {

// The oracle of the property tests: a vector by straight loops over raw events, feature by feature, from the words of
// feature.proto. No tiles, no days, no measures, nothing shared with what it checks. `events` are those that count as
// of T, in any order.
v1::FeatureVector NaiveVector(const v1::FeatureDeclarations& declarations, std::span<const v1::Event> events,
                              absl::Time as_of);

}  // namespace ebb::feature_store
