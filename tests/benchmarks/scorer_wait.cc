// ebb-bench-scorer-wait SCORER VERSION CUSTOMERS: waits until the scorer has scored so many customers by this version
// or a later one and nobody waits to be re-scored. Prints the seconds from when the version was in service.

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <thread>

#include "ebb/v1/scorer_service.grpc.pb.h"
#include "tests/benchmarks/stream_load.h"

int main(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  if (argc != 4) return 2;
  const int64_t version = std::atoll(argv[2]), customers = std::atoll(argv[3]);
  ebb::benchmarks::WaitUntilServing(argv[1]);
  const auto stub = ebb::v1::Scorer::NewStub(ebb::benchmarks::Connect(argv[1]));
  const Clock::time_point limit = Clock::now() + std::chrono::hours(1);
  std::optional<Clock::time_point> begin;
  while (Clock::now() < limit) {
    grpc::ClientContext context;
    ebb::v1::ScorerStatus status;
    if (!stub->GetStatus(&context, {}, &status).ok()) return 1;
    if (!begin.has_value() && status.model_version() >= version) begin = Clock::now();
    if (begin.has_value() && status.rescore_backlog() == 0 && status.customers() >= customers) {
      std::printf("{\"seconds\":%.6f}\n", std::chrono::duration<double>(Clock::now() - *begin).count());
      return 0;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  std::fprintf(stderr, "the scorer has not scored everybody in an hour\n");
  return 1;
}
