#pragma once

#include <cstdint>

#include "feature_store/event_view.h"

namespace ebb::feature_store {

// The event times that are taken, inclusive; microseconds since 1970 UTC.
struct TimeBounds {
  int64_t earliest_us = 0;
  int64_t latest_us = 0;
};

// Whether an event of one of the common kinds breaks no rule of event.proto, at some ten nanoseconds. It never says yes
// where CheckEvent finds a fault (event_view_test.cc compares them); where it says no, CheckEvent has the word: it
// knows every kind and says what is wrong. A pure function.
bool PassesQuickly(const EventView& event, const TimeBounds& bounds);

}  // namespace ebb::feature_store
