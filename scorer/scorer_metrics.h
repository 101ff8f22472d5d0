// The scorer's figures under the names that Prometheus reads them by.
#pragma once

#include <cstdint>
#include <optional>

#include "ebb/v1/scorer_service.pb.h"
#include "runtime/metrics.h"
#include "scorer/scorer_figures.h"

namespace ebb::scorer {

// Of one moment. The two are absent while there is no model.
struct ScorerState {
  v1::ScorerStatus status;
  std::optional<v1::SegmentSummary> cells;
  std::optional<v1::ListSegmentsResponse> segments;
  v1::GetShadowComparisonResponse shadow;
  int64_t store_failures = 0;  // streams to the peer that ended other than to be renewed
  int64_t trainer_failures = 0;
};

// A test pins the names: dashboards and alerts are built on them. docs/monitoring.md lists them.
void AddScorerMetrics(const ScorerState& state, const ScorerFigures& figures, MetricPage* page);

}  // namespace ebb::scorer
