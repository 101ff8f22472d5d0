// A whole scorer between a scripted store and a scripted trainer that has challengers.
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "runtime/rpc/channel.h"
#include "scorer/scorer_server.h"
#include "scorer/testing/scripted_feature_store_service.h"
#include "scorer/testing/scripted_trainer_service.h"
#include "scorer/testing/straight_line_model.h"
#include "tests/support/http_get.h"
#include "tests/support/patience.h"
#include "tests/support/process.h"

namespace ebb::scorer {
namespace {

using ::testing::HasSubstr;
using testing::StraightLineModel;

class ShadowServerTest : public ::testing::Test {
 protected:
  ShadowServerTest() {
    store_host_ = Serve(&store_);
    trainer_host_ = Serve(&trainer_);
    options_.server.listen.port = 0;
    options_.data_dir = folder_.path() + "/scorer";
    options_.reconnect_wait = absl::Milliseconds(20);
    options_.feature_store.port = static_cast<uint16_t>(store_host_->port());
    options_.trainer.port = static_cast<uint16_t>(trainer_host_->port());
    options_.metrics_listen = HostPort{"127.0.0.1", 0};
    options_.shadow_share = 1;
  }

  template <typename Service>
  static std::unique_ptr<ServerHost> Serve(Service* service) {
    ServerOptions options;
    options.listen.port = 0;
    auto host = ServerHost::Start(options, {service});
    EXPECT_TRUE(host.ok()) << host.status();
    (*host)->OnDrain([service] { service->Close(); });
    return *std::move(host);
  }

  void StartScorer() {
    auto server = ScorerServer::Start(options_, &clock_, [](const absl::Status& status) { ADD_FAILURE() << status; });
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    stub_ = v1::Scorer::NewStub(grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials()));
  }

  v1::GetShadowComparisonResponse Compare() {
    grpc::ClientContext context;
    SetDeadline(ebb::testing::kPatience, &context);
    v1::GetShadowComparisonResponse response;
    const grpc::Status status = stub_->GetShadowComparison(&context, {}, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  // Asks until the answer fits.
  v1::GetShadowComparisonResponse CompareUntil(
      const std::function<bool(const v1::GetShadowComparisonResponse&)>& fits) {
    const absl::Time deadline = absl::Now() + ebb::testing::kPatience;
    while (absl::Now() < deadline) {
      v1::GetShadowComparisonResponse response = Compare();
      if (fits(response)) return response;
      std::this_thread::yield();
    }
    ADD_FAILURE() << "it never was so: " << Compare().ShortDebugString();
    return {};
  }

  // Reads scores until the customer's, of the model.
  static v1::Score ReadScoreOf(grpc::ClientReader<v1::SubscribeResponse>* reader, const std::string& customer_id,
                               int64_t version) {
    v1::SubscribeResponse message;
    while (reader->Read(&message)) {
      if (message.score().customer_id() == customer_id && message.score().model_version() == version)
        return message.score();
    }
    ADD_FAILURE() << "the stream ended";
    return {};
  }

  SystemClock clock_;
  const ebb::testing::TemporaryFolder folder_;
  testing::ScriptedFeatureStoreService store_{1};
  testing::ScriptedTrainerService trainer_;
  std::unique_ptr<ServerHost> store_host_;
  std::unique_ptr<ServerHost> trainer_host_;
  Options options_;
  std::unique_ptr<ScorerServer> server_;
  std::unique_ptr<v1::Scorer::Stub> stub_;
};

TEST_F(ShadowServerTest, AChallengerIsComparedUntilItIsPromotedAndNobodyHearsOfItBefore) {
  StartScorer();
  grpc::ClientContext context;
  SetDeadline(ebb::testing::kPatience, &context);
  v1::SubscribeRequest everybody;
  everybody.set_snapshot(true);
  const auto reader = stub_->Subscribe(&context, everybody);
  trainer_.Promote(1, StraightLineModel(0));
  trainer_.AddChallenger(2, StraightLineModel(1));
  store_.Put("anna", 3, 150);
  EXPECT_EQ(ReadScoreOf(reader.get(), "anna", 1).sequence(), 1);
  auto compared = CompareUntil([](const auto& response) {
    return response.comparisons_size() == 1 && response.comparisons(0).customers() == 1;
  });
  EXPECT_EQ(compared.comparisons(0).version(), 2);
  EXPECT_EQ(compared.comparisons(0).champion_version(), 1);
  EXPECT_NEAR(compared.comparisons(0).mean_difference(), 0.1, 1e-9);
  EXPECT_EQ(compared.comparisons(0).both_at_risk(), 1);

  store_.Put("boris", 1.5, 150);
  EXPECT_EQ(ReadScoreOf(reader.get(), "boris", 1).sequence(), 2) << "the challenger's scores took no place";
  compared = CompareUntil([](const auto& response) { return response.comparisons(0).customers() == 2; });
  EXPECT_EQ(compared.comparisons(0).challenger_only_at_risk(), 1);
  const std::string page = ebb::testing::HttpGet(server_->metrics_port(), "/metrics");
  EXPECT_THAT(page, HasSubstr("\nebb_scorer_shadow_customers{version=\"2\"} 2\n"));

  v1::GetScoresRequest ask;
  ask.add_customer_ids("boris");
  v1::GetScoresResponse scores;
  grpc::ClientContext ask_context;
  SetDeadline(ebb::testing::kPatience, &ask_context);
  ASSERT_TRUE(stub_->GetScores(&ask_context, ask, &scores).ok());
  EXPECT_NEAR(scores.scores(0).probability(), 0.65, 1e-9);

  trainer_.Promote(2, StraightLineModel(1));
  CompareUntil([](const auto& response) { return response.comparisons().empty(); });
  EXPECT_NEAR(ReadScoreOf(reader.get(), "boris", 2).probability(), 0.75, 1e-9);
  context.TryCancel();
  reader->Finish();
}

TEST_F(ShadowServerTest, ADamagedChallengerDisturbsNobody) {
  options_.shadow_challengers = 2;
  StartScorer();
  trainer_.Promote(1, StraightLineModel(0));
  trainer_.AddChallenger(2, StraightLineModel(1));
  trainer_.AddChallenger(3, StraightLineModel(2), /*damaged=*/true);
  store_.Put("anna", 3, 150);
  const auto compared = CompareUntil([](const auto& response) {
    return response.comparisons_size() == 2 && !response.comparisons(0).problem().empty() &&
           response.comparisons(1).customers() == 1;
  });
  EXPECT_EQ(compared.comparisons(0).version(), 3);
  EXPECT_THAT(compared.comparisons(0).problem(), HasSubstr("do not match the digest"));
  EXPECT_THAT(ebb::testing::HttpGet(server_->metrics_port(), "/metrics"),
              HasSubstr("\nebb_scorer_shadow_refused{version=\"3\"} 1\n"));
}

TEST_F(ShadowServerTest, SwitchedOffItAsksForNoChallenger) {
  options_.shadow_challengers = 0;
  StartScorer();
  trainer_.Promote(1, StraightLineModel(0));
  trainer_.AddChallenger(2, StraightLineModel(1));
  store_.Put("anna", 3, 150);
  grpc::ClientContext context;
  SetDeadline(ebb::testing::kPatience, &context);
  v1::SubscribeRequest request;
  request.set_snapshot(true);
  const auto reader = stub_->Subscribe(&context, request);
  ReadScoreOf(reader.get(), "anna", 1);
  EXPECT_EQ(Compare().comparisons_size(), 0);
  EXPECT_EQ(Compare().most_challengers(), 0);
  EXPECT_EQ(Compare().scored(), 0);
  context.TryCancel();
  reader->Finish();
}

TEST_F(ShadowServerTest, AStopDoesNotWaitForChallengers) {
  StartScorer();
  trainer_.Promote(1, StraightLineModel(0));
  for (int i = 0; i < 50; ++i) store_.Put(absl::StrCat("customer-", i), 3, 150);
  trainer_.AddChallenger(2, StraightLineModel(1));
  server_.reset();
}

}  // namespace
}  // namespace ebb::scorer
