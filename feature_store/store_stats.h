#pragma once

#include <functional>

#include "absl/time/time.h"
#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/back_fill.h"
#include "feature_store/cleaner.h"
#include "feature_store/ingest_figures.h"
#include "feature_store/live_state.h"
#include "feature_store/storage.h"
#include "feature_store/store_clock.h"
#include "feature_store/vector_reader.h"
#include "feature_store/watcher_places.h"

namespace ebb::feature_store {

struct StatsSources {  // all borrowed
  LiveState* live;
  const Storage* storage;
  const Cleaner* cleaner;
  const StoreClock* clock;
  const IngestFigures* ingest;
  const WatcherPlaces* watchers;
  VectorReader* vectors;
  const BackFill* back_fill;  // null: there was none since the start
  absl::Time started;
};

// Sizes and counters of a store, all but what the network knows. Any thread may call.
v1::StoreStats ReadStats(const StatsSources& sources);

}  // namespace ebb::feature_store
