#include "clients/cpp/score_subscription.h"

#include <grpcpp/grpcpp.h>

#include <deque>
#include <vector>

#include "ebb/v1/scorer_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/mutex.h"
#include "tests/support/patience.h"

namespace ebb {
namespace {

using ebb::testing::kPatience;

// Plays one script a subscription: so many scores counted from the token, then the end with a status.
class ScriptedScorer final : public v1::Scorer::CallbackService {
 public:
  struct Script {
    int scores = 0;
    grpc::Status end;
  };

  explicit ScriptedScorer(std::deque<Script> scripts) : scripts_(std::move(scripts)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~ScriptedScorer() override { server_->Shutdown(std::chrono::system_clock::now()); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // What was asked, as `snapshot:true token:`.
  std::vector<std::string> asked() const {
    MutexLock lock(&mutex_);
    return asked_;
  }

  grpc::ServerWriteReactor<v1::SubscribeResponse>* Subscribe(grpc::CallbackServerContext*,
                                                             const v1::SubscribeRequest* request) override {
    MutexLock lock(&mutex_);
    asked_.push_back(std::string(request->snapshot() ? "snapshot" : "live") + " after '" + request->resume_token() +
                     "'");
    Script script{.end = {grpc::StatusCode::INVALID_ARGUMENT, "the script is over"}};
    if (!scripts_.empty()) {
      script = scripts_.front();
      scripts_.pop_front();
    }
    return new Stream(script, request->resume_token().empty() ? 0 : std::stoi(request->resume_token()));
  }

 private:
  class Stream : public grpc::ServerWriteReactor<v1::SubscribeResponse> {
   public:
    Stream(Script script, int sent) : script_(std::move(script)), next_(sent + 1), last_(sent + script_.scores) {
      Send();
    }
    void OnWriteDone(bool ok) override { ok ? Send() : Finish(grpc::Status::OK); }
    void OnDone() override { delete this; }

   private:
    void Send() {
      if (next_ > last_) return Finish(script_.end);
      response_.mutable_score()->set_sequence(next_);
      response_.set_resume_token(std::to_string(next_++));
      StartWrite(&response_);
    }
    const Script script_;
    int next_;
    const int last_;
    v1::SubscribeResponse response_;
  };

  mutable Mutex mutex_;
  std::deque<Script> scripts_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> asked_ ABSL_GUARDED_BY(mutex_);
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

ScoreSubscription::Options SubscriptionOptions(const std::string& address) {
  ScoreSubscription::Options options;
  options.address = address;
  options.request.set_snapshot(true);
  options.first_backoff = absl::Milliseconds(1);
  options.most_backoff = absl::Milliseconds(5);
  return options;
}

const grpc::Status kGone(grpc::StatusCode::UNAVAILABLE, "stopping");

TEST(ScoreSubscriptionTest, GoesOnFromTheLastTokenWithoutGapOrRepetition) {
  const ScriptedScorer scorer(
      {{.scores = 3, .end = kGone}, {.scores = 0, .end = grpc::Status::OK}, {.scores = 2, .end = kGone}});
  ScoreSubscription subscription(SubscriptionOptions(scorer.address()));
  std::vector<int64_t> sequences;
  while (sequences.size() < 5) {
    const auto response = subscription.Next(kPatience);
    ASSERT_TRUE(response.ok()) << response.status();
    ASSERT_TRUE(response->has_value()) << "nothing came in time";
    sequences.push_back((*response)->score().sequence());
  }
  EXPECT_THAT(sequences, ::testing::ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(scorer.asked(), ::testing::ElementsAre("snapshot after ''", "live after '3'", "live after '3'"));
  EXPECT_EQ(subscription.resume_token(), "5");
}

TEST(ScoreSubscriptionTest, EndsWhereTheTokenIsNotTheScorers) {
  const ScriptedScorer scorer(
      {{.scores = 0, .end = {grpc::StatusCode::OUT_OF_RANGE, "the token is of another scorer"}}});
  ScoreSubscription subscription(SubscriptionOptions(scorer.address()));
  EXPECT_EQ(subscription.Next(kPatience).status(), absl::OutOfRangeError("the token is of another scorer"));
}

TEST(ScoreSubscriptionTest, GivesUpOnAScorerThatNeverAnswered) {
  ScoreSubscription::Options options = SubscriptionOptions("127.0.0.1:1");
  options.connect_limit = absl::Milliseconds(200);
  ScoreSubscription subscription(options);
  const auto response = subscription.Next(kPatience);
  EXPECT_EQ(response.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(response.status().message()), ::testing::HasSubstr("cannot reach the scorer at 127.0.0.1:1"));
}

}  // namespace
}  // namespace ebb
