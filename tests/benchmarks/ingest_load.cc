// ebb-bench-ingest-load: sends a workload file to a feature store, or to ebb-bench-stream-sink, and prints one JSON
// object: how long until the last acknowledgement, and until the history was sorted, too.

#include <fmt/format.h>

#include <string>

#include "runtime/config.h"
#include "tests/benchmarks/stream_load.h"
#include "tests/benchmarks/workload_file.h"

int main(int argc, char** argv) {
  using namespace ebb::benchmarks;
  std::string address, file;
  LoadShape shape;
  bool wait_until_sorted = true;
  ebb::Flags flags("ebb-bench-ingest-load", "Sends a workload to a feature store.");
  flags.Add("address", &address, "The server", ebb::NotEmpty());
  flags.Add("file", &file, "Workload of ebb-bench-workload", ebb::NotEmpty());
  flags.Add("streams", &shape.streams, "Streams, each over a connection of its own", ebb::Between(1, 64));
  flags.Add("in-flight", &shape.in_flight, "Unacknowledged messages of a stream", ebb::Between(1, 1024));
  flags.Add("wait-until-sorted", &wait_until_sorted, "Ask the store when its history is sorted");
  if (const auto exit_status = flags.Parse(argc, argv)) return *exit_status;

  const WorkloadFile workload(file);
  WaitUntilServing(address);
  const std::span<const WireBatch> batches = workload.batches();
  size_t bytes = 0;
  for (const WireBatch& batch : batches) bytes += batch.bytes.size();
  const LoadResult result = SendAll(address, batches, shape);
  const double sorted = wait_until_sorted ? SecondsUntilSorted(address) : 0;
  fmt::print(R"({{"events":{},"bytes":{},"accepted":{},"duplicate":{},"rejected":{},"seconds":{:.6f},)"
             R"("sorted_seconds":{:.6f}}})"
             "\n",
             result.events, bytes, result.accepted, result.duplicate, result.rejected, result.seconds,
             result.seconds + sorted);
}
