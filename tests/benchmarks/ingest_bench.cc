// ebb-bench-ingest: durable ingest beside a bare RocksDB loop, a bare gRPC stream and Redis, in turn in every round;
// see workload.h. `acknowledged` counts until the last acknowledgement, `drained` until the history is sorted and the
// checkpoint written, too. Generator and servers share the machine. Prints one JSON object a line.
//   ./dev bench ingest

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/benchmarks/redis_load.h"
#include "tests/benchmarks/rocksdb_put_loop.h"
#include "tests/benchmarks/stream_load.h"
#include "tests/benchmarks/workload.h"
#include "tests/support/process.h"

namespace ebb::benchmarks {
namespace {

constexpr size_t kRocksDbBatches = 1'000;  // it is the slowest by far; its rate does not rise with length
constexpr int64_t kRedisCommands = 2'000'000;

struct Case {
  std::string_view name;  // ends the names of the figures
  std::vector<WireBatch> batches;
  LoadShape shape;
};

void Print(int round, const std::string& figure, double rate) {
  fmt::print(R"({{"bench":"ingest","round":{},"figure":"{}","value":{:.0f},"unit":"events/s"}})"
             "\n",
             round, figure, rate);
  std::fflush(stdout);
}

// The store's own figures of one case.
void MeasureStore(int round, const Case& load) {
  const testing::TemporaryFolder folder;
  const int port = testing::FreePort();
  const std::string address = fmt::format("127.0.0.1:{}", port);
  testing::Process server({testing::BinDir() + "/ebb-feature-store", "--data-dir", folder.path() + "/store", "--listen",
                           address, "--checkpoint-interval", "2s"},
                          folder.path() + "/log");
  WaitUntilServing(address);
  const LoadResult result = SendAll(address, load.batches, load.shape);
  if (result.rejected > 0) {
    fmt::print(stderr, "{} events of the workload were refused; it or the store is wrong\n", result.rejected);
    std::abort();
  }
  const double drained = result.seconds + SecondsUntilDrained(address);
  Print(round, fmt::format("acknowledged{}", load.name), static_cast<double>(result.events) / result.seconds);
  Print(round, fmt::format("drained{}", load.name), static_cast<double>(result.events) / drained);
}

void MeasureStream(int round, const Case& load) {
  const testing::TemporaryFolder folder;
  const int port = testing::FreePort();
  const std::string address = fmt::format("127.0.0.1:{}", port);
  testing::Process server({testing::BinDir() + "/ebb-bench-stream-sink", std::to_string(port)}, folder.path() + "/log");
  WaitUntilServing(address);
  const LoadResult result = SendAll(address, load.batches, load.shape);
  Print(round, fmt::format("grpc_stream{}", load.name), static_cast<double>(result.events) / result.seconds);
}

void Round(int round, std::span<const Case> cases, int64_t customers) {
  for (const Case& load : cases) MeasureStore(round, load);
  MeasureStream(round, cases.front());
  const testing::TemporaryFolder folder;
  const std::vector<WireBatch>& batches = cases.front().batches;
  Print(round, "rocksdb_put_synced",
        RunRocksDbPutLoop(folder.path() + "/rocksdb",
                          std::span(batches).first(std::min(batches.size(), kRocksDbBatches))));
  Print(round, "redis_hincrbyfloat", RunRedisIncrements(folder.path(), kRedisCommands, customers));
}

}  // namespace
}  // namespace ebb::benchmarks

int main(int argc, char** argv) {
  using ebb::benchmarks::Case;
  using ebb::benchmarks::MakeWireWorkload;
  using ebb::benchmarks::WorkloadOptions;
  WorkloadOptions options{.events = 3'000'000};
  int rounds = 5;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i];
    if (flag == "--rounds") rounds = std::atoi(argv[i + 1]);
    if (flag == "--events") options.events = std::atoll(argv[i + 1]);
    if (flag == "--customers") options.customers = std::atoll(argv[i + 1]);
  }
  std::vector<Case> cases;
  cases.push_back({"", MakeWireWorkload(options), {.streams = 1, .in_flight = 4}});
  // The others are shorter: their rates are settled by then.
  WorkloadOptions other = options;
  other.events = options.events / 2;
  other.zipf = true;
  cases.push_back({"_zipf", MakeWireWorkload(other), {.streams = 1, .in_flight = 4}});
  other.zipf = false;
  other.events_per_batch = 100;
  cases.push_back({"_batches_of_100", MakeWireWorkload(other), {.streams = 4, .in_flight = 8}});
  other.events_per_batch = 1'000;
  other.customers = options.customers * 100;
  cases.push_back({"_100_times_the_customers", MakeWireWorkload(other), {.streams = 1, .in_flight = 4}});
  for (int round = 1; round <= rounds; ++round) ebb::benchmarks::Round(round, cases, options.customers);
}
