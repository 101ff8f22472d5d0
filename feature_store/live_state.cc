#include "feature_store/live_state.h"

namespace ebb::feature_store {

void CountInSegment(LiveState* live, uint64_t end, uint64_t events, uint64_t segment_events) {
  live->open_segment_events += events;
  if (live->open_segment_events < segment_events) return;
  live->segments.push_back(end);
  live->identities.BeginSegment(end);
  live->open_segment_events = 0;
}

}  // namespace ebb::feature_store
