// ebb-bench-bare-fan-out PORT STREAMS EACH: what gRPC alone costs. Serves Subscribe by a `caught_up` and, when so many
// streams have had that, EACH scores a stream, written as fast as they are taken.

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ebb/v1/scorer_service.grpc.pb.h"

namespace {

using ebb::v1::SubscribeResponse;

class Stream;

// Holds the streams back until there are enough.
class Gate {
 public:
  explicit Gate(size_t streams) : streams_(streams) {}
  void Arrive(Stream* stream);

 private:
  const size_t streams_;
  std::mutex mutex_;
  std::vector<Stream*> waiting_;
};

class Stream final : public grpc::ServerWriteReactor<SubscribeResponse> {
 public:
  Stream(Gate* gate, int each) : gate_(gate), each_(each) {
    message_.set_caught_up(true);
    StartWrite(&message_);
  }
  void Go() {
    message_.Clear();
    ebb::v1::Score& score = *message_.mutable_score();
    score.set_customer_id("c12345");
    score.set_probability(0.123456789);
    score.set_ranking_score(-1.23456789);
    score.set_horizon_months(3);
    score.set_segment("middle_profit/stable");
    score.set_model_version(1);
    score.mutable_as_of()->set_seconds(1'700'000'000);
    score.mutable_score_time()->set_seconds(1'700'000'000);
    score.set_previous_probability(0.2);
    message_.set_resume_token(std::string(20, 't'));
    WriteNext();
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    if (message_.caught_up()) return gate_->Arrive(this);
    WriteNext();
  }
  void OnCancel() override {
    if (written_ == each_) Finish(grpc::Status::CANCELLED);
  }
  void OnDone() override { delete this; }

 private:
  void WriteNext() {
    if (written_ == each_) return;  // until it is cancelled
    message_.mutable_score()->set_sequence(++written_);
    StartWrite(&message_);
  }

  Gate* const gate_;
  const int each_;
  std::atomic<int> written_{0};
  SubscribeResponse message_;
};

void Gate::Arrive(Stream* stream) {
  std::vector<Stream*> free;
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(stream);
    if (waiting_.size() < streams_) return;
    free.swap(waiting_);
  }
  for (Stream* waiting : free) waiting->Go();
}

class Bare final : public ebb::v1::Scorer::CallbackService {
 public:
  Bare(size_t streams, int each) : gate_(streams), each_(each) {}
  grpc::ServerWriteReactor<SubscribeResponse>* Subscribe(grpc::CallbackServerContext*,
                                                         const ebb::v1::SubscribeRequest*) override {
    return new Stream(&gate_, each_);
  }

 private:
  Gate gate_;
  const int each_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  Bare service(std::strtoull(argv[2], nullptr, 10), std::atoi(argv[3]));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:" + std::string(argv[1]), grpc::InsecureServerCredentials());
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server) return 1;
  server->Wait();
}
