// ebb-bench-fan-out SCORER STREAMS CUSTOMERS EACH: opens so many subscriptions over eight connections, each to EACH
// customers of its own choice among c0 … of CUSTOMERS. Says `ready` when all are caught up; whatever comes then counts,
// until every stream has had EACH scores. Prints one JSON object: updates a second, from the first to the last.

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <semaphore>
#include <set>
#include <string>
#include <vector>

#include "ebb/v1/scorer_service.grpc.pb.h"
#include "tests/benchmarks/stream_load.h"

namespace ebb::benchmarks {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kConnections = 8;  // a server takes 256 streams on each

struct Progress {
  std::counting_semaphore<> caught_up{0}, complete{0};
  std::atomic<int64_t> updates{0}, first_nanoseconds{0};
};

class Subscriber final : public grpc::ClientReadReactor<v1::SubscribeResponse> {
 public:
  Subscriber(v1::Scorer::Stub* stub, v1::SubscribeRequest request, Progress* progress)
      : request_(std::move(request)), progress_(progress) {
    stub->async()->Subscribe(&context_, &request_, this);
    StartRead(&message_);
    StartCall();
  }
  void Cancel() { context_.TryCancel(); }
  void Wait() { done_.acquire(); }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (message_.caught_up()) progress_->caught_up.release();
    if (message_.has_score()) {
      int64_t none = 0;
      progress_->first_nanoseconds.compare_exchange_strong(none, Clock::now().time_since_epoch().count());
      ++progress_->updates;
      if (++scores_ == request_.filter().customer_ids_size()) progress_->complete.release();
    }
    StartRead(&message_);
  }
  void OnDone(const grpc::Status& status) override {
    if (status.error_code() != grpc::StatusCode::CANCELLED) {
      std::fprintf(stderr, "a subscription ended: %s\n", status.error_message().c_str());
      std::abort();
    }
    done_.release();
  }

 private:
  grpc::ClientContext context_;
  const v1::SubscribeRequest request_;
  v1::SubscribeResponse message_;
  Progress* const progress_;
  int scores_ = 0;
  std::binary_semaphore done_{0};
};

v1::SubscribeRequest RequestOf(std::mt19937_64& random, int64_t customers, size_t each) {
  std::set<uint64_t> chosen;
  while (chosen.size() < each) chosen.insert(random() % static_cast<uint64_t>(customers));
  v1::SubscribeRequest request;
  for (const uint64_t customer : chosen) request.mutable_filter()->add_customer_ids("c" + std::to_string(customer));
  return request;
}

void Measure(const char* address, int streams, int64_t customers, size_t each) {
  std::vector<std::unique_ptr<v1::Scorer::Stub>> stubs;
  for (int i = 0; i < kConnections; ++i) stubs.push_back(v1::Scorer::NewStub(Connect(address)));
  Progress progress;
  std::mt19937_64 random(1);
  std::vector<std::unique_ptr<Subscriber>> subscribers;
  for (int i = 0; i < streams; ++i) {
    subscribers.push_back(std::make_unique<Subscriber>(stubs[static_cast<size_t>(i % kConnections)].get(),
                                                       RequestOf(random, customers, each), &progress));
  }
  for (int i = 0; i < streams; ++i) progress.caught_up.acquire();
  std::puts("ready");
  std::fflush(stdout);
  for (int i = 0; i < streams; ++i) {
    if (!progress.complete.try_acquire_for(std::chrono::minutes(10))) {
      std::fprintf(stderr, "%d streams wait for scores\n", streams - i);
      std::abort();
    }
  }
  const double seconds =
      static_cast<double>(Clock::now().time_since_epoch().count() - progress.first_nanoseconds) * 1e-9;
  for (const auto& subscriber : subscribers) subscriber->Cancel();
  for (const auto& subscriber : subscribers) subscriber->Wait();
  std::printf("{\"updates\":%lld,\"updates_per_second\":%.1f}\n", static_cast<long long>(progress.updates),
              static_cast<double>(progress.updates) / seconds);
}

}  // namespace
}  // namespace ebb::benchmarks

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  ebb::benchmarks::WaitUntilServing(argv[1]);
  ebb::benchmarks::Measure(argv[1], std::atoi(argv[2]), std::atoll(argv[3]), std::strtoull(argv[4], nullptr, 10));
}
