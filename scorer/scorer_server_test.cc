// A whole scorer on a real port between a scripted store and a scripted trainer.
#include "scorer/scorer_server.h"

#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "inference/open_inference_grpc.grpc.pb.h"
#include "runtime/rpc/channel.h"
#include "runtime/rpc/error_details.h"
#include "scorer/testing/scripted_feature_store_service.h"
#include "scorer/testing/scripted_trainer_service.h"
#include "scorer/testing/straight_line_model.h"
#include "tests/support/http_get.h"
#include "tests/support/patience.h"
#include "tests/support/process.h"

namespace ebb::scorer {
namespace {

using ebb::testing::kPatience;
using ::testing::HasSubstr;
using testing::ScriptedFeatureStoreService;
using testing::ScriptedTrainerService;
using testing::StraightLineModel;
using testing::StraightLineModelWithRevenue;

// A peer on a port that stays the same when the peer goes and comes back.
template <typename Service>
class Peer {
 public:
  template <typename... Args>
  void Start(Args... args) {
    service_ = std::make_unique<Service>(args...);
    ServerOptions options;
    options.listen.port = port_;
    auto host = ServerHost::Start(options, {service_.get()});
    ASSERT_TRUE(host.ok()) << host.status();
    host_ = *std::move(host);
    port_ = static_cast<uint16_t>(host_->port());
    host_->OnDrain([service = service_.get()] { service->Close(); });
  }
  void Stop() {
    host_.reset();
    service_.reset();
  }
  Service* operator->() { return service_.get(); }
  uint16_t port() const { return port_; }

 private:
  uint16_t port_ = 0;
  std::unique_ptr<Service> service_;
  std::unique_ptr<ServerHost> host_;
};

// A subscriber of the scorer; every read ends within kPatience.
class Subscriber {
 public:
  Subscriber(v1::Scorer::Stub* stub, const v1::SubscribeRequest& request) {
    SetDeadline(kPatience, &context_);
    reader_ = stub->Subscribe(&context_, request);
  }
  ~Subscriber() {
    context_.TryCancel();
    if (!ended_) reader_->Finish();
  }
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  // The next message; none when the stream has ended.
  std::optional<v1::SubscribeResponse> Read() {
    v1::SubscribeResponse message;
    if (!reader_->Read(&message)) return std::nullopt;
    token_ = message.resume_token();
    return message;
  }
  // The next score.
  std::optional<v1::Score> ReadScore() {
    while (auto message = Read()) {
      if (message->has_score()) return message->score();
    }
    return std::nullopt;
  }
  // All scores up to the one that fits.
  std::vector<v1::Score> ReadUntil(const std::function<bool(const v1::Score&)>& fits) {
    std::vector<v1::Score> scores;
    while (auto score = ReadScore()) {
      scores.push_back(*score);
      if (fits(*score)) return scores;
    }
    ADD_FAILURE() << "the stream ended after " << scores.size() << " scores";
    return scores;
  }
  void ReadUntilCaughtUp() {
    while (auto message = Read()) {
      if (message->caught_up()) return;
    }
    ADD_FAILURE() << "the stream ended before it had caught up";
  }
  grpc::Status End() {
    ended_ = true;
    return reader_->Finish();
  }
  const std::string& token() const { return token_; }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::SubscribeResponse>> reader_;
  std::string token_;
  bool ended_ = false;
};

class ScorerServerTest : public ::testing::Test {
 protected:
  ScorerServerTest() {
    options_.server.listen.port = 0;
    options_.data_dir = temporary_.path() + "/scorer";
    options_.reconnect_wait = absl::Milliseconds(20);
    store_.Start(uint64_t{1});
    trainer_.Start();
  }
  ~ScorerServerTest() override { StopScorer(); }

  void StartScorer() {
    options_.feature_store.port = store_.port();
    options_.trainer.port = trainer_.port();
    auto server = ScorerServer::Start(options_, &clock_, [](const absl::Status& status) { ADD_FAILURE() << status; });
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    stub_ = v1::Scorer::NewStub(grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials()));
  }
  void StopScorer() {
    stub_.reset();
    server_.reset();
  }

  Subscriber SubscribeWithSnapshot() {
    v1::SubscribeRequest request;
    request.set_snapshot(true);
    return Subscriber(stub_.get(), request);
  }
  Subscriber Resume(const std::string& token) {
    v1::SubscribeRequest request;
    request.set_resume_token(token);
    return Subscriber(stub_.get(), request);
  }

  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (v1::Scorer::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    SetDeadline(kPatience, &context);
    return (stub_.get()->*method)(&context, request, response);
  }
  v1::ScorerStatus Status() {
    v1::ScorerStatus status;
    EXPECT_TRUE(Call(&v1::Scorer::Stub::GetStatus, v1::GetStatusRequest(), &status).ok());
    return status;
  }

  SystemClock clock_;
  const ebb::testing::TemporaryFolder temporary_;
  Options options_;
  Peer<ScriptedFeatureStoreService> store_;
  Peer<ScriptedTrainerService> trainer_;
  std::unique_ptr<ScorerServer> server_;
  std::unique_ptr<v1::Scorer::Stub> stub_;
};

TEST_F(ScorerServerTest, MetricsAreServedWhereTheyAreAskedFor) {
  options_.metrics_listen = HostPort{"127.0.0.1", 0};
  StartScorer();
  Subscriber subscriber = SubscribeWithSnapshot();
  trainer_->Promote(1, StraightLineModel(0));
  store_->Put("anna", 3, 150);
  ASSERT_TRUE(subscriber.ReadScore().has_value());
  const std::string page = ebb::testing::HttpGet(server_->metrics_port(), "/metrics");
  EXPECT_THAT(page, HasSubstr("\nebb_scorer_customers 1\n"));
  EXPECT_THAT(page, HasSubstr("\nebb_scorer_cell_customers{tier=\"high_profit\",band=\"at_risk\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("\nebb_scorer_messages_total{kind=\"score\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("\nprocess_resident_memory_bytes "));
}

TEST_F(ScorerServerTest, AScoreAppearsAtTheSubscriberWithAllThatIsKnownOfIt) {
  StartScorer();
  Subscriber subscriber = SubscribeWithSnapshot();
  subscriber.ReadUntilCaughtUp();
  trainer_->Promote(1, StraightLineModelWithRevenue(0));
  store_->Put("anna", 3, 150);
  const auto score = subscriber.ReadScore();
  ASSERT_TRUE(score.has_value());
  EXPECT_EQ(score->customer_id(), "anna");
  EXPECT_EQ(score->expected_revenue(), 200);
  EXPECT_NEAR(score->revenue_at_risk(), 160, 1e-9);
  EXPECT_NEAR(score->probability(), 0.8, 1e-12);
  EXPECT_EQ(score->segment(), "high_profit/at_risk");
  EXPECT_NEAR(score->value_at_risk(), 120, 1e-9);
  EXPECT_EQ(score->monthly_profit(), 150);
  EXPECT_EQ(score->model_version(), 1);
  EXPECT_EQ(score->horizon_months(), 3);
  EXPECT_EQ(score->as_of().seconds(), 1'700'000'001);
  EXPECT_FALSE(score->has_previous_probability());

  store_->Put("anna", -3, 150);
  const auto next = subscriber.ReadScore();
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->segment(), "high_profit/stable");
  EXPECT_NEAR(next->previous_probability(), 0.8, 1e-12);
  EXPECT_GT(next->sequence(), score->sequence());

  v1::GetScoresRequest request;
  request.add_customer_ids("nobody");
  request.add_customer_ids("anna");
  v1::GetScoresResponse response;
  ASSERT_TRUE(Call(&v1::Scorer::Stub::GetScores, request, &response).ok());
  ASSERT_EQ(response.scores_size(), 1);
  EXPECT_EQ(response.scores(0).sequence(), next->sequence());
  EXPECT_EQ(response.not_found(0), "nobody");

  const v1::ScorerStatus status = Status();
  EXPECT_EQ(status.model_version(), 1);
  EXPECT_EQ(status.customers(), 1);
  EXPECT_EQ(status.subscribers(), 1);
  EXPECT_TRUE(status.store_connected());
  EXPECT_TRUE(status.trainer_connected());
  EXPECT_EQ(status.features_as_of().seconds(), 1'700'000'002);
}

TEST_F(ScorerServerTest, ExplainsACustomerFromTheVectorOnDisk) {
  StartScorer();
  Subscriber subscriber = SubscribeWithSnapshot();
  subscriber.ReadUntilCaughtUp();
  trainer_->Promote(1, StraightLineModel(0.5));
  store_->Put("anna", 3, 150);
  ASSERT_TRUE(subscriber.ReadScore().has_value());

  v1::ExplainRequest request;
  request.add_customer_ids("nobody");
  request.add_customer_ids("anna");
  v1::ExplainResponse response;
  ASSERT_TRUE(Call(&v1::Scorer::Stub::Explain, request, &response).ok());
  EXPECT_EQ(response.not_found(0), "nobody");
  ASSERT_EQ(response.explanations_size(), 1);
  const v1::Explanation& anna = response.explanations(0);
  EXPECT_EQ(anna.base(), 0.5);
  EXPECT_EQ(anna.score(), 3.5);
  EXPECT_EQ(anna.model_version(), 1);
  EXPECT_EQ(anna.as_of().seconds(), 1'700'000'001);
  ASSERT_EQ(anna.contributions_size(), 1) << "the profit is for segments only";
  EXPECT_EQ(anna.contributions(0).feature(), "revenue");
  EXPECT_EQ(anna.contributions(0).contribution(), 3);
}

TEST_F(ScorerServerTest, TellsReasonsToThoseWhoAskForThem) {
  StartScorer();
  v1::SubscribeRequest request;
  request.set_reasons(3);
  request.set_language(v1::RUSSIAN);
  Subscriber curious(stub_.get(), request), plain = SubscribeWithSnapshot();
  curious.ReadUntilCaughtUp();
  trainer_->Promote(1, StraightLineModel(0.5));
  store_->Put("anna", 3, 150);
  const auto score = curious.ReadScore();
  ASSERT_TRUE(score.has_value());
  EXPECT_EQ(score->reasons().method(), v1::EXACT_LINEAR);
  EXPECT_EQ(score->reasons().as_of().seconds(), 1'700'000'001);
  ASSERT_EQ(score->reasons().contributions_size(), 1);
  EXPECT_EQ(score->reasons().contributions(0).sentence(), "revenue: 3 (обычно 0) — повышает риск");
  EXPECT_FALSE(plain.ReadScore()->has_reasons());

  request.set_reasons(33);
  Subscriber greedy(stub_.get(), request);
  EXPECT_FALSE(greedy.Read().has_value());
  const grpc::Status refused = greedy.End();
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error_message(), HasSubstr("reasons"));
}

TEST_F(ScorerServerTest, ResumesThroughARestartWithoutGapAndRepetition) {
  trainer_->Promote(1, StraightLineModel(0));
  StartScorer();
  std::string token;
  {
    Subscriber subscriber = SubscribeWithSnapshot();
    store_->Put("anna", 1, 50);
    store_->Put("boris", 1, 50);
    subscriber.ReadUntil([](const v1::Score& score) { return score.customer_id() == "boris"; });
    token = subscriber.token();
  }
  StopScorer();
  store_->Put("clara", 2, 50);
  store_->Put("anna", 2, 50);
  StartScorer();
  Subscriber subscriber = Resume(token);
  std::map<std::string, double> changes;
  for (int i = 0; i < 2; ++i) {
    const auto score = subscriber.ReadScore();
    ASSERT_TRUE(score.has_value());
    EXPECT_TRUE(changes.emplace(score->customer_id(), score->probability()).second)
        << score->customer_id() << " came twice";
  }
  ASSERT_EQ(changes.size(), 2);
  EXPECT_NEAR(changes.at("anna"), 0.7, 1e-12);
  EXPECT_NEAR(changes.at("clara"), 0.7, 1e-12);
  EXPECT_EQ(store_->watches_from_the_beginning(), 1) << "the store is asked from where the scorer stopped";
}

TEST_F(ScorerServerTest, ServesWithoutItsPeersAndFindsThemAgain) {
  trainer_->Promote(1, StraightLineModel(0));
  store_->Put("anna", 1, 50);
  StartScorer();
  {
    Subscriber subscriber = SubscribeWithSnapshot();
    ASSERT_TRUE(subscriber.ReadScore().has_value());
  }
  StopScorer();
  store_.Stop();
  trainer_.Stop();
  StartScorer();
  v1::GetScoresRequest request;
  request.add_customer_ids("anna");
  v1::GetScoresResponse response;
  ASSERT_TRUE(Call(&v1::Scorer::Stub::GetScores, request, &response).ok());
  EXPECT_EQ(response.scores_size(), 1);
  EXPECT_EQ(Status().model_version(), 1);
  EXPECT_FALSE(Status().store_connected());
  EXPECT_FALSE(Status().trainer_connected());

  // Another data folder under the same address: it knows nothing of our token, nor of Anna.
  Subscriber subscriber = SubscribeWithSnapshot();
  subscriber.ReadUntilCaughtUp();
  store_.Start(uint64_t{2});
  store_->Put("boris", 3, 50);
  trainer_.Start();
  trainer_->Promote(2, StraightLineModel(-1));
  subscriber.ReadUntil(
      [](const v1::Score& score) { return score.customer_id() == "boris" && score.model_version() == 2; });
  request.add_customer_ids("boris");
  ASSERT_TRUE(Call(&v1::Scorer::Stub::GetScores, request, &response).ok());
  EXPECT_EQ(response.scores_size(), 2) << "Anna keeps her score";
}

TEST_F(ScorerServerTest, AModelSwitchMixesNothing) {
  constexpr int kCustomers = 1'500;  // three chunks of re-scoring
  trainer_->Promote(1, StraightLineModel(0));
  std::map<std::string, double> revenue;
  for (int i = 0; i < kCustomers; ++i) {
    const std::string id = absl::StrCat("customer ", i);
    revenue[id] = (i % 50) / 25.0;
    store_->Put(id, revenue[id], 50);
  }
  StartScorer();
  Subscriber subscriber = SubscribeWithSnapshot();
  std::set<std::string> seen;
  subscriber.ReadUntil(
      [&](const v1::Score& score) { return seen.insert(score.customer_id()).second && seen.size() == kCustomers; });
  trainer_->Promote(2, StraightLineModel(-1));
  std::set<std::string> by_second;
  const auto scores = subscriber.ReadUntil([&](const v1::Score& score) {
    if (score.model_version() == 2) by_second.insert(score.customer_id());
    return by_second.size() == kCustomers;
  });
  const std::map<int64_t, TrainedModel> models = {{1, StraightLineModel(0)}, {2, StraightLineModel(-1)}};
  for (const v1::Score& score : scores) {
    const auto alone = models.at(score.model_version())
                           .ScoreOne({FeatureValue::Number(revenue.at(score.customer_id())), FeatureValue::Number(50)});
    ASSERT_EQ(score.probability(), alone.probability)
        << score.customer_id() << ": not the bits of version " << score.model_version();
    ASSERT_EQ(score.ranking_score(), alone.ranking_score);
  }
  EXPECT_EQ(Status().rescore_backlog(), 0);
  EXPECT_EQ(Status().model_version(), 2);
}

TEST_F(ScorerServerTest, AChampionWhoseBytesDoNotMatchNeverServes) {
  trainer_->Promote(1, StraightLineModel(0));
  store_->Put("anna", 1, 50);
  StartScorer();
  Subscriber subscriber = SubscribeWithSnapshot();
  ASSERT_TRUE(subscriber.ReadScore().has_value());
  trainer_->PromoteDamaged(2, StraightLineModel(2));
  trainer_->Promote(3, StraightLineModel(-1));
  const auto score = subscriber.ReadScore();
  ASSERT_TRUE(score.has_value());
  EXPECT_EQ(score->model_version(), 3);
}

TEST_F(ScorerServerTest, OpenInferenceOnTheSamePortFollowsTheChampion) {
  trainer_->Promote(1, StraightLineModel(0));
  store_->Put("anna", 1, 50);
  StartScorer();
  Subscriber subscriber = SubscribeWithSnapshot();
  const auto channel = grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
  const auto inference_stub = inference::GRPCInferenceService::NewStub(channel);
  inference::ModelInferRequest request;
  request.set_model_name("decline");
  auto* revenue = request.add_inputs();
  revenue->set_name("revenue");
  revenue->set_datatype("FP64");
  revenue->add_shape(1);
  revenue->mutable_contents()->add_fp64_contents(1);
  for (const int64_t version : {1, 2}) {
    if (version == 2) trainer_->Promote(2, StraightLineModel(-1));
    const auto scores = subscriber.ReadUntil([&](const v1::Score& score) { return score.model_version() == version; });
    grpc::ClientContext context;
    SetDeadline(kPatience, &context);
    inference::ModelInferResponse response;
    const grpc::Status status = inference_stub->ModelInfer(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(response.model_version(), absl::StrCat(version));
    double probability = 0;
    ASSERT_EQ(response.raw_output_contents(0).size(), sizeof(probability));
    std::memcpy(&probability, response.raw_output_contents(0).data(), sizeof(probability));
    EXPECT_EQ(probability, scores.back().probability());
  }

  grpc::ClientContext context;
  SetDeadline(kPatience, &context);
  grpc::health::v1::HealthCheckRequest of_service;
  of_service.set_service("inference.GRPCInferenceService");
  grpc::health::v1::HealthCheckResponse health;
  ASSERT_TRUE(grpc::health::v1::Health::NewStub(channel)->Check(&context, of_service, &health).ok());
  EXPECT_EQ(health.status(), grpc::health::v1::HealthCheckResponse::SERVING);
}

TEST_F(ScorerServerTest, ASlowSubscriberGetsTheLatestScoreOfEachAndNoQueue) {
  constexpr int kCustomers = 40;
  constexpr int kRounds = 150;
  trainer_->Promote(1, StraightLineModel(0));
  StartScorer();
  // gRPC's own window, which grows to megabytes, would take all of this test; a small fixed one is full soon.
  grpc::ChannelArguments small_window;
  small_window.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  small_window.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 16 << 10);
  const auto slow_stub = v1::Scorer::NewStub(
      grpc::CreateCustomChannel(server_->address(), grpc::InsecureChannelCredentials(), small_window));
  v1::SubscribeRequest snapshot;
  snapshot.set_snapshot(true);
  Subscriber slow(slow_stub.get(), snapshot);
  Subscriber quick = SubscribeWithSnapshot();
  for (int round = 1; round <= kRounds; ++round) {
    const double revenue = round % 2 == 0 ? 3 : -3;
    for (int i = 0; i < kCustomers; ++i) store_->Put(absl::StrCat("customer ", i), revenue, 1'000.0 + round);
    std::map<std::string, double> latest;
    quick.ReadUntil([&](const v1::Score& score) {
      if (score.monthly_profit() == 1'000.0 + round) latest[score.customer_id()] = score.monthly_profit();
      return latest.size() == kCustomers;
    });
  }
  std::map<std::string, int64_t> sequences;
  std::set<std::string> at_the_end;
  const auto scores = slow.ReadUntil([&](const v1::Score& score) {
    int64_t& last = sequences[score.customer_id()];
    EXPECT_LT(last, score.sequence()) << score.customer_id();
    last = score.sequence();
    if (score.monthly_profit() == 1'000.0 + kRounds) at_the_end.insert(score.customer_id());
    return at_the_end.size() == kCustomers;
  });
  EXPECT_LT(scores.size(), static_cast<size_t>(kCustomers) * kRounds) << "a queue grew instead of conflating";
}

TEST_F(ScorerServerTest, OneSubscriberTooManyIsToldSo) {
  options_.max_subscribers = 1;
  StartScorer();
  Subscriber first = SubscribeWithSnapshot();
  first.ReadUntilCaughtUp();
  Subscriber second = SubscribeWithSnapshot();
  EXPECT_FALSE(second.Read().has_value());
  EXPECT_EQ(second.End().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(ScorerServerTest, SilenceIsInterruptedByProgress) {
  StartScorer();
  v1::SubscribeRequest request;
  request.mutable_heartbeat()->set_seconds(1);
  Subscriber subscriber(stub_.get(), request);
  subscriber.ReadUntilCaughtUp();
  const auto progress = subscriber.Read();
  ASSERT_TRUE(progress.has_value());
  EXPECT_FALSE(progress->has_score());
  EXPECT_FALSE(progress->caught_up());
  EXPECT_FALSE(progress->resume_token().empty());
}

TEST_F(ScorerServerTest, RefusalsCarryCodeAndField) {
  StartScorer();
  v1::SegmentSummary summary;
  const grpc::Status no_model = Call(&v1::Scorer::Stub::GetSegmentSummary, v1::GetSegmentSummaryRequest(), &summary);
  EXPECT_EQ(no_model.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(no_model.error_message(), HasSubstr("train one"));

  v1::SubscribeRequest request;
  request.mutable_filter()->add_segments("gold");
  Subscriber subscriber(stub_.get(), request);
  EXPECT_FALSE(subscriber.Read().has_value());
  const absl::Status refused = FromGrpcStatus(subscriber.End());
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  const auto details = BadRequestOf(refused);
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->field_violations(0).field(), "filter.segments[0]");

  EXPECT_FALSE(Resume("nonsense").Read().has_value());
}

TEST_F(ScorerServerTest, StoppingTheScorerEndsItsSubscriptions) {
  StartScorer();
  Subscriber subscriber = SubscribeWithSnapshot();
  subscriber.ReadUntilCaughtUp();
  server_.reset();
  EXPECT_FALSE(subscriber.Read().has_value());
  EXPECT_EQ(subscriber.End().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace ebb::scorer
