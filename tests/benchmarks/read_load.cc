// ebb-bench-read-load: calls GetFeatures for the latest vectors of 100 customers drawn at random, one call at a time on
// each connection, and decodes the answers. Prints one JSON object: how many customers there are, customers a second,
// latencies of the calls, the bytes that a customer takes in an answer, the features.

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "runtime/config.h"
#include "runtime/lock_order.h"
#include "tests/benchmarks/latencies.h"
#include "tests/benchmarks/stream_load.h"

namespace ebb::benchmarks {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kCustomersACall = 100;
constexpr int kRequests = 1'000;  // made beforehand, for each connection

void Check(const grpc::Status& status) {
  if (status.ok()) return;
  fmt::print(stderr, "{}\n", status.error_message());
  std::abort();
}

std::vector<std::string> AllCustomers(const std::string& address) {
  const auto stub = v1::FeatureStore::NewStub(Connect(address));
  std::vector<std::string> customers;
  v1::ListCustomersRequest request;
  request.set_page_size(10'000);
  v1::ListCustomersResponse page;
  do {
    grpc::ClientContext context;
    Check(stub->ListCustomers(&context, request, &page));
    customers.insert(customers.end(), page.customer_ids().begin(), page.customer_ids().end());
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  return customers;
}

// One connection and what it saw.
struct Reader {
  std::vector<v1::GetFeaturesRequest> requests;
  Latencies latencies;
  size_t answer_bytes = 0;
  int features = 0;

  void Read(const std::string& address, Clock::time_point begin, Clock::time_point until) {
    const auto stub = v1::FeatureStore::NewStub(Connect(address));
    v1::GetFeaturesResponse response;
    for (size_t i = 0;; ++i) {
      const Clock::time_point sent = Clock::now();
      if (sent >= until) return;
      grpc::ClientContext context;
      Check(stub->GetFeatures(&context, requests[i % requests.size()], &response));
      if (sent >= begin) latencies.Add(Clock::now() - sent);  // before: warming up
      if (i > 0) continue;
      answer_bytes = response.ByteSizeLong();
      features = response.feature_names_size();
      for (const bool found : response.found()) {
        if (!found) Check(grpc::Status(grpc::NOT_FOUND, "a customer of the store's own list is unknown"));
      }
    }
  }
};

int Run(const std::string& address, int connections, double seconds) {
  WaitUntilServing(address);
  const std::vector<std::string> customers = AllCustomers(address);
  std::mt19937_64 random(0);
  std::vector<Reader> readers(connections);
  for (Reader& reader : readers) {
    reader.requests.resize(kRequests);
    for (v1::GetFeaturesRequest& request : reader.requests) {
      for (int i = 0; i < kCustomersACall; ++i) request.add_customer_ids(customers[random() % customers.size()]);
    }
  }
  const Clock::time_point begin = Clock::now() + std::chrono::seconds(1);
  const auto span = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  {
    std::vector<std::jthread> threads;
    for (Reader& reader : readers) threads.emplace_back([&] { reader.Read(address, begin, begin + span); });
  }
  const double spent = std::chrono::duration<double>(Clock::now() - begin).count();
  Latencies all;
  for (const Reader& reader : readers) all.Add(reader.latencies);
  fmt::print(R"({{"customers":{},"features":{},"bytes_per_customer":{:.1f},"customers_per_second":{:.1f},)"
             R"("p50_ms":{:.4f},"p99_ms":{:.4f}}})"
             "\n",
             customers.size(), readers[0].features, static_cast<double>(readers[0].answer_bytes) / kCustomersACall,
             static_cast<double>(all.count()) * kCustomersACall / spent, all.Milliseconds(0.5), all.Milliseconds(0.99));
  return 0;
}

}  // namespace
}  // namespace ebb::benchmarks

int main(int argc, char** argv) {
  std::string address;
  int connections = 4;
  double seconds = 10;
  ebb::Flags flags("ebb-bench-read-load", "Reads the latest vectors of random customers.");
  flags.Add("address", &address, "The store", ebb::NotEmpty());
  flags.Add("connections", &connections, "Connections, each with one call at a time", ebb::Between(1, 64));
  flags.Add("seconds", &seconds, "How long, after a second of warming up");
  if (const auto exit_status = flags.Parse(argc, argv)) return *exit_status;
  ebb::TrustLockOrder();
  return ebb::benchmarks::Run(address, connections, seconds);
}
