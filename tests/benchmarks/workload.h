#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "ebb/v1/feature_store_service.pb.h"

namespace ebb::benchmarks {

// The one workload of all ingest benchmarks: 60 % page views, 15 % basket changes, 10 % purchases of three lines, 10 %
// minutes, 5 % others (errors, contacts, profiles, profit); times rise over 180 days up to `end`, 2 % come late by up
// to 7 days, 1 % are sent a second time.
struct WorkloadOptions {
  int64_t events = 1'000'000;
  int64_t customers = 10'000;
  int events_per_batch = 1'000;
  // Customers by Zipf's law with exponent 1 instead of uniformly.
  bool zipf = false;
  absl::Time end = absl::Now();
  uint64_t seed = 0;
};

// The batches in order of sending. The same options give the same bytes.
std::vector<v1::IngestRequest> MakeWorkload(const WorkloadOptions& options);

// A batch as it goes over the wire: ten million events as messages would take some GiB.
struct WireBatch {
  std::string bytes;
  int events = 0;
};
std::vector<WireBatch> MakeWireWorkload(const WorkloadOptions& options);

}  // namespace ebb::benchmarks
