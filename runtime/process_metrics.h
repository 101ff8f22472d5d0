// What the system knows of this process.
#pragma once

#include <cstdint>

#include "runtime/metrics.h"

namespace ebb {

struct ProcessFigures {
  double cpu_seconds = 0;
  uint64_t resident_bytes = 0;
  uint64_t open_files = 0;
  uint64_t most_open_files = 0;
  double started_at = 0;  // seconds since 1970 UTC
};

// From /proc; what cannot be read stays 0.
ProcessFigures ReadProcessFigures();

// Under the names that every Prometheus client library uses: process_resident_memory_bytes and so on.
void AddProcessMetrics(MetricPage* page);

}  // namespace ebb
