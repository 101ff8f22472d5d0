#pragma once

#include <string>
#include <vector>

#include "tests/benchmarks/workload.h"

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

// How they are sent: the batches are dealt out to `streams`, each over a connection of its own with at most `in_flight`
// unacknowledged.
struct LoadShape {
  int streams = 1;
  int in_flight = 4;
};

// Sends all batches and waits for every acknowledgement. Aborts on an error: a benchmark that lost something has no
// figure.
LoadResult SendAll(const std::string& address, const std::vector<WireBatch>& batches, LoadShape shape);

// Seconds until the history is sorted and a checkpoint stands for every event (segments that are not full stay in the
// log, which a checkpoint does not wait for). Aborts after ten minutes.
double SecondsUntilDrained(const std::string& address);

// Waits until a server at the address answers its health check; aborts after 60 s.
void WaitUntilServing(const std::string& address);

}  // namespace ebb::benchmarks
