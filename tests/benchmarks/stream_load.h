#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "tests/benchmarks/workload_file.h"

namespace grpc {
class Channel;
}

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
LoadResult SendAll(const std::string& address, std::span<const WireBatch> batches, LoadShape shape);

// Seconds until every full segment of the log is sorted into the history. Aborts after an hour.
double SecondsUntilSorted(const std::string& address);

// A connection of its own, not shared with other channels of the process.
std::shared_ptr<grpc::Channel> Connect(const std::string& address);

// Waits until a server at the address answers its health check; aborts after 60 s.
void WaitUntilServing(const std::string& address);

}  // namespace ebb::benchmarks
