// ebb-bench-switches SCORER CUSTOMERS VERSION: four connections ask for scores of vectors until the version is in
// service. Prints one JSON object: the calls, how many `failed`, and how many answers were `mixed`: the two scores that
// an answer holds of the same vector differ, or a customer's score by a version is not what it was before.

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ebb/v1/scorer_service.grpc.pb.h"
#include "tests/benchmarks/stream_load.h"

namespace {

struct Seen {
  int64_t calls = 0, failed = 0, mixed = 0;
};

Seen Ask(const char* address, int64_t customers, uint64_t seed, const std::atomic<bool>& stop) {
  const auto stub = ebb::v1::Scorer::NewStub(ebb::benchmarks::Connect(address));
  std::mt19937_64 random(seed);
  std::map<std::pair<int64_t, uint64_t>, double> known;  // by version and customer
  Seen seen;
  while (!stop) {
    const uint64_t customer = random() % static_cast<uint64_t>(std::min<int64_t>(customers, 100));
    ebb::v1::ScoreVectorRequest request;
    request.set_customer_id("c" + std::to_string(customer));
    ebb::v1::ScoreVectorResponse response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    ++seen.calls;
    if (!stub->ScoreVector(&context, request, &response).ok()) {
      ++seen.failed;
      continue;
    }
    const double probability = response.before().probability();
    const auto [place, is_new] = known.try_emplace({response.model_version(), customer}, probability);
    if (probability != response.after().probability() || place->second != probability) ++seen.mixed;
  }
  return seen;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::atomic<bool> stop{false};
  std::vector<Seen> seen(4);
  {
    std::vector<std::jthread> askers;
    for (size_t i = 0; i < seen.size(); ++i) {
      askers.emplace_back([&, i] { seen[i] = Ask(argv[1], std::atoll(argv[2]), i, stop); });
    }
    const auto stub = ebb::v1::Scorer::NewStub(ebb::benchmarks::Connect(argv[1]));
    ebb::v1::ScorerStatus status;
    while (status.model_version() < std::atoll(argv[3])) {
      grpc::ClientContext context;
      if (!stub->GetStatus(&context, {}, &status).ok()) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    stop = true;
  }
  Seen sum;
  for (const Seen& one : seen) {
    sum.calls += one.calls;
    sum.failed += one.failed;
    sum.mixed += one.mixed;
  }
  std::printf("{\"calls\":%lld,\"failed\":%lld,\"mixed\":%lld}\n", static_cast<long long>(sum.calls),
              static_cast<long long>(sum.failed), static_cast<long long>(sum.mixed));
}
