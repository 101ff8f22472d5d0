// ebb-bench-stream-latency: sends purchases to a feature store at a steady rate, a customer each in turn, and waits for
// each customer's change at a subscriber of the scorer. Prints one JSON object of milliseconds: `due_…` from when an
// event was due to be sent until its change was there, however late the load itself was; `acknowledged_…` from the
// acknowledgement; `ack_…` from due to acknowledged. The first tenth of the events does not count. Every event must
// have its change: a stream that loses one has no figure.

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "ebb/v1/scorer_service.grpc.pb.h"
#include "runtime/config.h"
#include "tests/benchmarks/latencies.h"
#include "tests/benchmarks/stream_load.h"

namespace ebb::benchmarks {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kTick = std::chrono::milliseconds(1);
constexpr auto kLongestWait = std::chrono::seconds(60);

struct Options {
  std::string store, scorer;
  int customers = 100'000;
  int rate = 10'000;  // events a second, a multiple of 1,000
  int seconds = 10;
};

// What is known of each event. A customer's next event comes `customers / rate` seconds after the one before, long
// after that one's change.
struct Run {
  explicit Run(const Options& options)
      : options(options),
        events(static_cast<size_t>(options.rate) * static_cast<size_t>(options.seconds)),
        acknowledged(events),
        changed(events) {}

  Clock::time_point DueAt(size_t event) const {
    return begin + kTick * static_cast<int64_t>(event / (static_cast<size_t>(options.rate) / 1'000));
  }
  int64_t Now() const { return (Clock::now() - begin).count(); }

  const Options options;
  const size_t events;
  Clock::time_point begin;
  std::atomic<size_t> sent{0};
  std::vector<std::atomic<int64_t>> acknowledged, changed;  // nanoseconds after `begin`; 0: not yet
  std::atomic<size_t> changes{0};
};

v1::IngestRequest BatchOf(const Run& run, size_t first, size_t count, const std::string& prefix) {
  v1::IngestRequest request;
  request.set_batch_id(static_cast<int64_t>(first));
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  for (size_t e = first; e < first + count; ++e) {
    v1::Event& event = *request.add_events();
    event.set_customer_id("c" + std::to_string(e % static_cast<size_t>(run.options.customers)));
    event.set_event_id(prefix + std::to_string(e));
    event.mutable_event_time()->set_seconds(micros / 1'000'000);
    event.mutable_event_time()->set_nanos(static_cast<int32_t>(micros % 1'000'000 * 1'000));
    event.mutable_purchase()->set_order_id("o");
    v1::PurchaseLine& line = *event.mutable_purchase()->add_lines();
    line.set_product_id("p");
    line.set_category("toys");
    line.set_quantity(1);
    line.set_unit_price_minor(100'000);
  }
  return request;
}

void SendAtTheRate(Run& run) {
  const auto stub = v1::FeatureStore::NewStub(Connect(run.options.store));
  grpc::ClientContext context;
  const auto stream = stub->Ingest(&context);
  const size_t count = static_cast<size_t>(run.options.rate) / 1'000;
  const std::string prefix = std::to_string(std::chrono::system_clock::now().time_since_epoch().count()) + "-";
  std::thread reader([&] {
    v1::IngestResponse response;
    while (stream->Read(&response)) {
      if (response.accepted() != static_cast<int64_t>(count)) {
        fmt::print(stderr, "a batch was not accepted: {}\n", response.ShortDebugString());
        std::abort();
      }
      const auto first = static_cast<size_t>(response.batch_id());
      for (size_t e = first; e < first + count; ++e) run.acknowledged[e] = run.Now();
    }
  });
  for (size_t first = 0; first < run.events; first += count) {
    std::this_thread::sleep_until(run.DueAt(first));
    run.sent = first + count;
    if (!stream->Write(BatchOf(run, first, count, prefix))) break;
  }
  stream->WritesDone();
  reader.join();
  if (const grpc::Status status = stream->Finish(); !status.ok()) {
    fmt::print(stderr, "ingest ended early: {}\n", status.error_message());
    std::abort();
  }
}

// The newest event of the customer that was sent by now, if any.
void NoteChange(Run& run, const std::string& customer_id) {
  size_t customer = 0;
  std::from_chars(customer_id.data() + 1, customer_id.data() + customer_id.size(), customer);
  const size_t sent = run.sent, customers = static_cast<size_t>(run.options.customers);
  if (sent <= customer) return;
  const size_t event = (sent - 1 - customer) / customers * customers + customer;
  int64_t not_yet = 0;
  if (run.changed[event].compare_exchange_strong(not_yet, run.Now())) ++run.changes;
}

void Print(Run& run) {
  Latencies due, from_acknowledged, acknowledged;
  for (size_t e = run.events / 10; e < run.events; ++e) {
    const int64_t was_due = (run.DueAt(e) - run.begin).count();
    due.Add(std::chrono::nanoseconds(run.changed[e] - was_due));
    from_acknowledged.Add(std::chrono::nanoseconds(std::max<int64_t>(0, run.changed[e] - run.acknowledged[e])));
    acknowledged.Add(std::chrono::nanoseconds(run.acknowledged[e] - was_due));
  }
  fmt::print(R"({{"events":{},"due_p50_ms":{:.4f},"due_p99_ms":{:.4f},"acknowledged_p50_ms":{:.4f},)"
             R"("acknowledged_p99_ms":{:.4f},"ack_p50_ms":{:.4f},"ack_p99_ms":{:.4f}}})"
             "\n",
             run.events, due.Milliseconds(0.5), due.Milliseconds(0.99), from_acknowledged.Milliseconds(0.5),
             from_acknowledged.Milliseconds(0.99), acknowledged.Milliseconds(0.5), acknowledged.Milliseconds(0.99));
}

int Measure(const Options& options) {
  Run run(options);
  const auto stub = v1::Scorer::NewStub(Connect(options.scorer));
  grpc::ClientContext context;
  const auto changes = stub->Subscribe(&context, v1::SubscribeRequest());
  v1::SubscribeResponse message;
  while (!message.caught_up()) {
    if (!changes->Read(&message)) return 1;
  }
  std::thread subscriber([&] {
    v1::SubscribeResponse change;
    while (changes->Read(&change)) {
      if (change.has_score()) NoteChange(run, change.score().customer_id());
    }
  });
  run.begin = Clock::now() + std::chrono::milliseconds(100);
  SendAtTheRate(run);
  const Clock::time_point limit = Clock::now() + kLongestWait;
  while (run.changes < run.events && Clock::now() < limit) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  context.TryCancel();
  subscriber.join();
  (void)changes->Finish();
  if (run.changes < run.events) {
    fmt::print(stderr, "{} of {} events have no change\n", run.events - run.changes, run.events);
    return 1;
  }
  Print(run);
  return 0;
}

}  // namespace
}  // namespace ebb::benchmarks

int main(int argc, char** argv) {
  ebb::benchmarks::Options options;
  ebb::Flags flags("ebb-bench-stream-latency", "Times events until their change is at a subscriber.");
  flags.Add("store", &options.store, "The feature store", ebb::NotEmpty());
  flags.Add("scorer", &options.scorer, "The scorer", ebb::NotEmpty());
  flags.Add("customers", &options.customers, "Customers, c0 and so on, who are all scored",
            ebb::Between(1'000, 10'000'000));
  flags.Add("rate", &options.rate, "Events a second; a multiple of 1,000", ebb::Between(1'000, 1'000'000));
  flags.Add("seconds", &options.seconds, "How long", ebb::Between(1, 3'600));
  if (const auto exit_status = flags.Parse(argc, argv)) return *exit_status;
  if (options.rate % 1'000 != 0 || options.customers < 2 * options.rate) {
    fmt::print(stderr, "--rate must be a multiple of 1,000 and at most half of --customers\n");
    return 2;
  }
  return ebb::benchmarks::Measure(options);
}
