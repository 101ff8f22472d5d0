// `ebb subscribe` against a real gRPC server that tells two changes and is caught up then.
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "clients/cli/run.h"
#include "ebb/v1/scorer_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "tests/support/last_request.h"

namespace ebb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kAnnasChange[] = R"(
  resume_token: "1"
  score {
    customer_id: "anna" probability: 0.8 segment: "high_profit/at_risk" model_version: 3 sequence: 1
    as_of { seconds: 1700000000 } score_time { seconds: 1700000001 }
    reasons {
      method: REPLACEMENT scale: LOG_ODDS as_of { seconds: 1700000000 }
      contributions { feature: "tier" group: "communication" category: "premium" contribution: -2
                      sentence: "tier: \"premium\" - lowers the risk" }
      contributions { feature: "visits" number: 5 contribution: 1 lever: true sentence: "visits: 5 - raises the risk" }
      contributions { feature: "errors" group: "site" contribution: 0.5 sentence: "errors: not known" }
    }
  })";
// Somebody whose features nobody knows any more.
constexpr char kBorissChange[] = R"(
  resume_token: "2"
  score { customer_id: "boris" probability: 0.1 segment: "low_profit/stable" model_version: 3 sequence: 2 })";

class TellsTwoChanges final : public v1::Scorer::Service {
 public:
  grpc::Status Subscribe(grpc::ServerContext*, const v1::SubscribeRequest* request,
                         grpc::ServerWriter<v1::SubscribeResponse>* writer) override {
    asked.Keep(*request);
    for (const char* text : {kAnnasChange, kBorissChange}) {
      v1::SubscribeResponse response;
      EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &response));
      if (request->reasons() == 0) response.mutable_score()->clear_reasons();
      writer->Write(response);
    }
    v1::SubscribeResponse end;
    end.set_caught_up(true);
    writer->Write(end);
    return grpc::Status::OK;
  }
  v1::SubscribeRequest Asked() const {
    v1::SubscribeRequest request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(asked.text(), &request));
    return request;
  }
  ebb::testing::LastRequest asked;
};

class SubscribeCommandTest : public ::testing::Test {
 protected:
  SubscribeCommandTest() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&scorer_);
    server_ = builder.BuildAndStart();
  }
  int Run(std::vector<std::string> line) {
    line.insert(line.begin(), {"subscribe", "--snapshot", "--until-caught-up"});
    return RunEbb(line, {{"EBB_SCORER", absl::StrCat("127.0.0.1:", port_)}}, {}, out_, err_);
  }

  int port_ = 0;
  TellsTwoChanges scorer_;
  std::unique_ptr<grpc::Server> server_;
  std::ostringstream out_, err_;
};

TEST_F(SubscribeCommandTest, PutsReasonsUnderTheirChange) {
  EXPECT_EQ(Run({"--reasons", "3", "--language", "ru"}), 0) << err_.str();
  EXPECT_EQ(scorer_.Asked().reasons(), 3);
  EXPECT_EQ(scorer_.Asked().language(), v1::RUSSIAN);
  EXPECT_THAT(out_.str(), HasSubstr("2023-11-14T22:13:20Z\n"
                                    "    tier: \"premium\" - lowers the risk\n"
                                    "    visits: 5 - raises the risk\n"
                                    "    errors: not known\n"
                                    "boris "));
}

TEST_F(SubscribeCommandTest, GivesProgramsReasonsAsAnArray) {
  EXPECT_EQ(Run({"--reasons", "3", "-o", "json"}), 0) << err_.str();
  EXPECT_EQ(scorer_.Asked().language(), v1::ENGLISH);
  std::istringstream lines(out_.str());
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  const auto anna = nlohmann::json::parse(line);
  EXPECT_EQ(anna["customer_id"], "anna");
  EXPECT_EQ(anna["reasons_method"], "replacement");
  EXPECT_EQ(anna["reasons_scale"], "log_odds");
  ASSERT_EQ(anna["reasons"].size(), 3u);
  EXPECT_EQ(anna["reasons"][0]["value"], "premium");
  EXPECT_EQ(anna["reasons"][1]["value"], 5);
  EXPECT_EQ(anna["reasons"][1]["group"], nullptr);
  EXPECT_EQ(anna["reasons"][1]["lever"], true);
  EXPECT_EQ(anna["reasons"][2]["value"], nullptr);
  EXPECT_EQ(anna["reasons"][2]["contribution"], 0.5);
  ASSERT_TRUE(std::getline(lines, line));
  const auto boris = nlohmann::json::parse(line);
  EXPECT_EQ(boris["reasons_method"], nullptr);
  EXPECT_TRUE(boris["reasons"].is_array());
  EXPECT_TRUE(boris["reasons"].empty());
}

TEST_F(SubscribeCommandTest, JoinsReasonsInACsvCell) {
  EXPECT_EQ(Run({"--reasons", "3", "-o", "csv"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr(",resume_token,reasons_method,reasons\n"));
  EXPECT_THAT(out_.str(), HasSubstr(",replacement,\"tier: \"\"premium\"\" - lowers the risk; visits: 5 - raises the "
                                    "risk; errors: not known\"\n"));
}

TEST_F(SubscribeCommandTest, AsksForNoReasonsByItself) {
  for (const char* format : {"table", "json", "csv"}) EXPECT_EQ(Run({"-o", format}), 0) << err_.str();
  EXPECT_EQ(scorer_.Asked().reasons(), 0);
  EXPECT_THAT(out_.str(), Not(HasSubstr("reasons")));
}

TEST_F(SubscribeCommandTest, RefusesWhatCannotBe) {
  EXPECT_EQ(Run({"--language", "ru"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--reasons N"));
  EXPECT_EQ(Run({"--reasons", "33"}), 2);
}

}  // namespace
}  // namespace ebb
