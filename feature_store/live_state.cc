#include "feature_store/live_state.h"

namespace ebb::feature_store {

// Without it the log of a quiet shop, where nothing but time passes, would grow for ever.
uint64_t WeightOfAdvance(size_t customers) {
  constexpr size_t kCustomersInTheRoomOfAnEvent = 16;
  return 1 + customers / kCustomersInTheRoomOfAnEvent;
}

void CountInSegment(LiveState* live, uint64_t end, uint64_t events, uint64_t segment_events) {
  live->open_segment_events += events;
  if (live->open_segment_events < segment_events) return;
  live->segments.push_back(end);
  live->identities.BeginSegment(end);
  live->open_segment_events = 0;
}

}  // namespace ebb::feature_store
