// ebb-bench-ingest: durable ingest beside a bare RocksDB loop and a bare gRPC stream, the three in turn in every round.
// Batches of 1,000 events of all kinds, 4 messages in flight, generator and server on the same machine; see workload.h.
// Prints one JSON object a line.
//   ./dev bench ingest

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/benchmarks/rocksdb_put_loop.h"
#include "tests/benchmarks/stream_load.h"
#include "tests/benchmarks/workload.h"
#include "tests/support/process.h"

namespace ebb::benchmarks {
namespace {

constexpr int kInFlight = 4;

void Print(int round, std::string_view figure, double events, double seconds) {
  fmt::print(R"({{"bench":"ingest","round":{},"figure":"{}","value":{:.0f},"unit":"events/s"}})"
             "\n",
             round, figure, events / seconds);
  std::fflush(stdout);
}

// Starts a server, sends everything to it, stops it.
LoadResult Measure(std::vector<std::string> command, int port, const std::string& log,
                   const std::vector<v1::IngestRequest>& batches) {
  testing::Process server(command, log);
  const std::string address = fmt::format("127.0.0.1:{}", port);
  WaitUntilServing(address);
  const LoadResult result = SendAll(address, batches, kInFlight);
  server.Kill(SIGTERM);
  return result;
}

void Round(int round, const std::vector<v1::IngestRequest>& batches) {
  const testing::TemporaryFolder folder;
  const std::string log = folder.path() + "/log";
  int port = testing::FreePort();
  const LoadResult ebb = Measure({testing::BinDir() + "/ebb-feature-store", "--data-dir", folder.path() + "/store",
                                  "--listen", fmt::format("127.0.0.1:{}", port)},
                                 port, log, batches);
  if (ebb.rejected > 0) {
    fmt::print(stderr, "{} events of the workload were refused; it or the store is wrong\n", ebb.rejected);
    std::abort();
  }
  Print(round, "acknowledged", static_cast<double>(ebb.events), ebb.seconds);
  port = testing::FreePort();
  const LoadResult bare =
      Measure({testing::BinDir() + "/ebb-bench-stream-sink", std::to_string(port)}, port, log, batches);
  Print(round, "grpc_stream", static_cast<double>(bare.events), bare.seconds);
  Print(round, "rocksdb_put_synced", static_cast<double>(ebb.events),
        RunRocksDbPutLoop(folder.path() + "/rocksdb", batches));
}

}  // namespace
}  // namespace ebb::benchmarks

int main(int argc, char** argv) {
  ebb::benchmarks::WorkloadOptions options;
  int rounds = 5;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i];
    if (flag == "--rounds") rounds = std::atoi(argv[i + 1]);
    if (flag == "--events") options.events = std::atoll(argv[i + 1]);
    if (flag == "--customers") options.customers = std::atoll(argv[i + 1]);
  }
  const auto batches = ebb::benchmarks::MakeWorkload(options);
  for (int round = 1; round <= rounds; ++round) ebb::benchmarks::Round(round, batches);
}
