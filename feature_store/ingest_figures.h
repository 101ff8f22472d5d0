// What the writer counts while it works.
#pragma once

#include <cstdint>

#include "feature_store/recent_rate.h"
#include "runtime/metrics.h"

namespace ebb::feature_store {

// The writer's thread adds once a batch or group, anybody reads.
struct IngestFigures {
  RecentRate accepted, duplicate, rejected;
  Histogram batch_events{{1, 3, 10, 30, 100, 300, 1'000, 3'000, 10'000}};
  // From the moment the group was taken from the queue to its acknowledgement.
  Histogram commit_seconds{{0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5}};
};

}  // namespace ebb::feature_store
