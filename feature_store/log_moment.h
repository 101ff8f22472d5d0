#pragma once

#include <cstdint>
#include <memory>

#include "feature_store/live_state.h"
#include "feature_store/storage.h"

namespace ebb::feature_store {

// All events as they were when the log ended at one position: what the view shows of the history, and of the log from
// `sorted_to` to `position`.
struct LogMoment {
  std::shared_ptr<const StorageView> view;
  uint64_t sorted_to = 0;
  uint64_t position = 0;
};

// The present moment. The store's lock makes it one: what is not sorted yet cannot be dropped before the view is taken.
inline LogMoment PresentMoment(const LiveState& live, const Storage& storage) ABSL_SHARED_LOCKS_REQUIRED(live.mutex) {
  return {storage.View(), live.sorted_to, live.position};
}

}  // namespace ebb::feature_store
