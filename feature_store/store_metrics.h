// The store's figures under the names that Prometheus reads them by.
#pragma once

#include "ebb/v1/feature_store_service.pb.h"
#include "feature_store/ingest_figures.h"
#include "runtime/metrics.h"

namespace ebb::feature_store {

// A test pins the names: dashboards and alerts are built on them. docs/monitoring.md lists them.
void AddStoreMetrics(const v1::StoreStats& stats, const IngestFigures& ingest, MetricPage* page);
// Of the last week of the index; nothing where it has none.
void AddActivityMetrics(const v1::ActivityIndex& index, MetricPage* page);

}  // namespace ebb::feature_store
