#include "feature_store/live_state.h"

namespace ebb::feature_store {

// Without it the log of a quiet shop, where nothing but time passes, would grow for ever.
uint64_t WeightOfAdvance(size_t customers) {
  constexpr size_t kCustomersInTheRoomOfAnEvent = 16;
  return 1 + customers / kCustomersInTheRoomOfAnEvent;
}

bool EndsSegment(LiveState* live, uint64_t end, uint64_t events, uint64_t segment_events) {
  live->open_segment_events += events;
  if (live->open_segment_events < segment_events) return false;
  live->identities.BeginSegment(end);
  live->open_segment_events = 0;
  return true;
}

void CountInSegment(LiveState* live, uint64_t end, uint64_t events, uint64_t segment_events) {
  if (EndsSegment(live, end, events, segment_events)) live->segments.push_back(end);
}

void SetUnannounced(uint64_t unannounced_to, LiveState* live) {
  live->unannounced_to = unannounced_to;
  live->unannounced.clear();
  for (uint32_t id = 0; id < live->table.folded_customers(); ++id) {
    if (!live->table.row(id).erased && live->table.SequenceOf(id) <= unannounced_to) live->unannounced.push_back(id);
  }
}

absl::Status WentOver() { return absl::AbortedError("the store went over to other declarations meanwhile; ask again"); }

absl::Status ReadUnderOne(LiveState* live, absl::FunctionRef<absl::Status(const CompiledDeclarations&)> read) {
  while (true) {
    const CompiledDeclarations& served = live->Served();
    absl::Status status = read(served);
    if (!absl::IsAborted(status) || &live->Served() == &served) return status;
  }
}

}  // namespace ebb::feature_store
