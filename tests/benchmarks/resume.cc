// ebb-bench-resume STORE SCORER CUSTOMERS TIMES: while purchases of customers drawn at random come in, a subscriber
// reads some scores, is cut off in the middle and goes on with the last token that it had, so many times. Prints one
// JSON object: the scores it got, `out_of_order` ones (no later in the order of changes than one before), and `missed`
// customers, whose last score that it got is not the latest there is in the end.

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <thread>

#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "ebb/v1/scorer_service.grpc.pb.h"
#include "tests/benchmarks/stream_load.h"

namespace ebb::benchmarks {
namespace {

constexpr auto kPause = std::chrono::milliseconds(5);  // between two batches of ten

void Require(const grpc::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.error_message().c_str());
  std::abort();
}

void Buy(const char* store, uint64_t customers, const std::atomic<bool>& stop) {
  const auto stub = v1::FeatureStore::NewStub(Connect(store));
  grpc::ClientContext context;
  const auto stream = stub->Ingest(&context);
  std::mt19937_64 random(2);
  const std::string prefix = std::to_string(std::chrono::system_clock::now().time_since_epoch().count()) + "-";
  for (int64_t batch = 0; !stop; ++batch) {
    v1::IngestRequest request;
    for (int i = 0; i < 10; ++i) {
      v1::Event& event = *request.add_events();
      event.set_customer_id("c" + std::to_string(random() % customers));
      event.set_event_id(prefix + std::to_string(batch * 10 + i));
      event.mutable_event_time()->set_seconds(std::time(nullptr));
      event.mutable_purchase()->set_order_id("o");
      v1::PurchaseLine& line = *event.mutable_purchase()->add_lines();
      line.set_product_id("p");
      line.set_category("toys");
      line.set_quantity(1);
      line.set_unit_price_minor(100'000);
    }
    v1::IngestResponse response;
    if (!stream->Write(request) || !stream->Read(&response)) break;
    std::this_thread::sleep_for(kPause);
  }
  stream->WritesDone();
  Require(stream->Finish());
}

class Subscriber {
 public:
  explicit Subscriber(const char* scorer) : stub_(v1::Scorer::NewStub(Connect(scorer))) {}

  // Reads until there were so many messages, or to the end of what was missed where `many` is below 0.
  void Read(int many) {
    grpc::ClientContext context;
    v1::SubscribeRequest request;
    request.set_resume_token(token_);
    request.set_snapshot(token_.empty());
    const auto reader = stub_->Subscribe(&context, request);
    v1::SubscribeResponse message;
    while (many != 0 && reader->Read(&message)) {
      Take(message);
      if (many > 0 ? --many == 0 : message.caught_up()) break;
    }
    context.TryCancel();
    (void)reader->Finish();
  }

  int64_t scores() const { return scores_; }
  int64_t out_of_order() const { return out_of_order_; }

  // Customers whose latest score it does not have.
  int64_t Missed() const {
    int64_t missed = 0;
    v1::ListScoresRequest request;
    request.set_page_size(1'000);
    v1::ListScoresResponse page;
    do {
      grpc::ClientContext context;
      Require(stub_->ListScores(&context, request, &page));
      for (const v1::Score& score : page.scores()) {
        const auto found = last_.find(score.customer_id());
        missed += found == last_.end() || found->second != score.sequence();
      }
      request.set_page_token(page.next_page_token());
    } while (!page.next_page_token().empty());
    return missed;
  }

 private:
  void Take(const v1::SubscribeResponse& message) {
    token_ = message.resume_token();
    if (!message.has_score()) return;
    ++scores_;
    out_of_order_ += message.score().sequence() <= latest_;
    latest_ = message.score().sequence();
    last_[message.score().customer_id()] = latest_;
  }

  const std::unique_ptr<v1::Scorer::Stub> stub_;
  std::string token_;
  int64_t latest_ = 0, scores_ = 0, out_of_order_ = 0;
  std::map<std::string, int64_t> last_;  // by customer
};

// Until nothing more comes from the store.
void WaitUntilQuiet(const char* scorer) {
  const auto stub = v1::Scorer::NewStub(Connect(scorer));
  int64_t before = -1;
  v1::ScorerStatus status;
  while (status.sequence() != before) {
    before = status.sequence();
    std::this_thread::sleep_for(std::chrono::seconds(1));
    grpc::ClientContext context;
    Require(stub->GetStatus(&context, {}, &status));
  }
}

}  // namespace
}  // namespace ebb::benchmarks

int main(int argc, char** argv) {
  using namespace ebb::benchmarks;
  if (argc != 5) return 2;
  std::atomic<bool> stop{false};
  std::thread buyers([&] { Buy(argv[1], std::strtoull(argv[3], nullptr, 10), stop); });
  Subscriber subscriber(argv[2]);
  std::mt19937_64 random(3);
  for (int i = 0; i < std::atoi(argv[4]); ++i) subscriber.Read(static_cast<int>(random() % 40));
  stop = true;
  buyers.join();
  WaitUntilQuiet(argv[2]);
  subscriber.Read(-1);
  std::printf("{\"scores\":%lld,\"out_of_order\":%lld,\"missed\":%lld}\n", static_cast<long long>(subscriber.scores()),
              static_cast<long long>(subscriber.out_of_order()), static_cast<long long>(subscriber.Missed()));
}
