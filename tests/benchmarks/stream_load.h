#pragma once

#include <string>
#include <vector>

#include "ebb/v1/feature_store_service.pb.h"

namespace ebb::benchmarks {

// What a run of SendAll saw.
struct LoadResult {
  int64_t events = 0;
  int64_t accepted = 0;
  int64_t duplicate = 0;
  int64_t rejected = 0;
  // From the first write to the last acknowledgement.
  double seconds = 0;
};

// Sends all batches over one Ingest stream with at most `in_flight` unacknowledged, and waits for every
// acknowledgement. Aborts on an error: a benchmark that lost something has no figure.
LoadResult SendAll(const std::string& address, const std::vector<v1::IngestRequest>& batches, int in_flight);

// Waits until a server at the address answers its health check; aborts after 60 s.
void WaitUntilServing(const std::string& address);

}  // namespace ebb::benchmarks
