// `ebb what-if` against a real gRPC server that knows one customer.
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "clients/cli/run.h"
#include "ebb/v1/scorer_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "tests/support/last_request.h"

namespace ebb {
namespace {

using ::testing::HasSubstr;

class ScoresAnna final : public v1::Scorer::Service {
 public:
  grpc::Status ScoreVector(grpc::ServerContext*, const v1::ScoreVectorRequest* request,
                           v1::ScoreVectorResponse* response) override {
    asked.Keep(*request);
    if (request->customer_id() != "anna") {
      return {grpc::StatusCode::NOT_FOUND, "no features of customer " + request->customer_id() + " are known"};
    }
    response->set_model_version(3);
    response->mutable_as_of()->set_seconds(1'700'000'000);
    response->mutable_before()->set_probability(0.75);
    response->mutable_before()->set_segment("high_profit/at_risk");
    response->mutable_before()->set_value_at_risk(75);
    response->mutable_before()->set_monthly_profit(100);
    response->mutable_before()->set_expected_revenue(410);
    response->mutable_before()->set_revenue_at_risk(307.5);
    response->mutable_after()->set_probability(0.25);
    response->mutable_after()->set_segment("unknown_profit/stable");
    return grpc::Status::OK;
  }
  ebb::testing::LastRequest asked;
};

class WhatIfCommandTest : public ::testing::Test {
 protected:
  WhatIfCommandTest() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&scorer_);
    server_ = builder.BuildAndStart();
  }
  int Run(std::vector<std::string> line) {
    line.insert(line.begin(), "what-if");
    return RunEbb(line, {{"EBB_SCORER", absl::StrCat("127.0.0.1:", port_)}}, {}, out_, err_);
  }

  int port_ = 0;
  ScoresAnna scorer_;
  std::unique_ptr<grpc::Server> server_;
  std::ostringstream out_, err_;
};

TEST_F(WhatIfCommandTest, AsksForNumbersCategoriesAndMissingFeatures) {
  EXPECT_EQ(Run({"anna", "visits=-2.5", "tier=премиум", "errors=", "note=a=b"}), 0) << err_.str();
  v1::ScoreVectorRequest request;
  request.set_customer_id("anna");
  v1::InputFeature* feature = request.add_features();
  feature->set_name("visits");
  feature->set_number(-2.5);
  feature = request.add_features();
  feature->set_name("tier");
  feature->set_category("премиум");
  feature = request.add_features();
  feature->set_name("note");
  feature->set_category("a=b");
  request.add_missing("errors");
  EXPECT_EQ(scorer_.asked.text(), request.ShortDebugString());
}

TEST_F(WhatIfCommandTest, ShowsBothScores) {
  EXPECT_EQ(Run({"anna", "visits=5"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("as they are"));
  EXPECT_THAT(out_.str(), HasSubstr("high_profit/at_risk"));
  EXPECT_THAT(out_.str(), HasSubstr("unknown_profit/stable"));
  EXPECT_THAT(out_.str(), HasSubstr("-0.5000"));
  EXPECT_THAT(out_.str(), HasSubstr("307.50"));
}

TEST_F(WhatIfCommandTest, GivesProgramsOneDocument) {
  EXPECT_EQ(Run({"anna", "visits=5", "-o", "json"}), 0) << err_.str();
  const auto document = nlohmann::json::parse(out_.str());
  EXPECT_EQ(document["scores"][0]["probability"], 0.75);
  EXPECT_EQ(document["scores"][1]["value_at_risk"], nullptr);
  EXPECT_EQ(document["scores"][0]["expected_revenue"], 410);
  EXPECT_EQ(document["scores"][0]["revenue_at_risk"], 307.5);
  EXPECT_EQ(document["scores"][1]["expected_revenue"], nullptr);
  EXPECT_EQ(document["scores"][1]["revenue_at_risk"], nullptr);
  EXPECT_EQ(document["made_from"][0]["probability_change"], -0.5);
  EXPECT_EQ(document["made_from"][0]["model_version"], 3);
}

TEST_F(WhatIfCommandTest, RefusesWhatIsNoChange) {
  EXPECT_EQ(Run({"anna", "visits"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("`visits` is no change of a feature; write NAME=VALUE"));
  EXPECT_EQ(Run({"anna", "=5"}), 2);
  EXPECT_EQ(scorer_.asked.text(), "");
}

TEST_F(WhatIfCommandTest, NamesAnUnknownCustomer) {
  EXPECT_EQ(Run({"nobody", "visits=5"}), 3);
  EXPECT_THAT(err_.str(), HasSubstr("no features of customer nobody are known"));
}

}  // namespace
}  // namespace ebb
