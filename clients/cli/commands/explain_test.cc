// `ebb explain` against a real gRPC server that knows one customer.
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

namespace ebb {
namespace {

using ::testing::HasSubstr;

constexpr char kAnna[] = R"(
  customer_id: "anna" scale: LOG_ODDS method: EXACT_LINEAR background_rows: 100 base: 0.5 score: -0.5
  probability: 0.4 model_version: 3 as_of { seconds: 1700000000 }
  contributions { feature: "tier" group: "communication" category: "premium" contribution: -2 }
  contributions { feature: "visits" group: "site" number: 5 contribution: 1 lever: true }
  contributions { feature: "errors" group: "site" contribution: 0 })";

class KnowsAnna final : public v1::Scorer::Service {
 public:
  grpc::Status Explain(grpc::ServerContext*, const v1::ExplainRequest* request,
                       v1::ExplainResponse* response) override {
    asked_of_probability = request->probability_scale();
    for (const std::string& id : request->customer_ids()) {
      if (id == "anna") {
        google::protobuf::TextFormat::ParseFromString(kAnna, response->add_explanations());
      } else {
        response->add_not_found(id);
      }
    }
    return grpc::Status::OK;
  }
  bool asked_of_probability = false;
};

class ExplainCommandTest : public ::testing::Test {
 protected:
  ExplainCommandTest() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&scorer_);
    server_ = builder.BuildAndStart();
  }
  int Run(std::vector<std::string> line) {
    line.insert(line.begin(), "explain");
    return RunEbb(line, {{"EBB_SCORER", absl::StrCat("127.0.0.1:", port_)}}, {}, out_, err_);
  }

  int port_ = 0;
  KnowsAnna scorer_;
  std::unique_ptr<grpc::Server> server_;
  std::ostringstream out_, err_;
};

TEST_F(ExplainCommandTest, DrawsABarForEachContribution) {
  EXPECT_EQ(Run({"anna"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("premium       -2.0000"));
  EXPECT_THAT(out_.str(), HasSubstr(" --------------------\n"));
  EXPECT_THAT(out_.str(), HasSubstr(" ++++++++++\n"));
  EXPECT_THAT(out_.str(), HasSubstr("log_odds"));
  EXPECT_FALSE(scorer_.asked_of_probability);
}

TEST_F(ExplainCommandTest, GivesProgramsEveryDigitAndNoBars) {
  EXPECT_EQ(Run({"anna", "--probability", "-o", "json"}), 0) << err_.str();
  const auto document = nlohmann::json::parse(out_.str());
  EXPECT_EQ(document["contributions"][1]["feature"], "visits");
  EXPECT_EQ(document["contributions"][1]["value"], 5);
  EXPECT_EQ(document["contributions"][1]["contribution"], 1);
  EXPECT_EQ(document["contributions"][2]["value"], nullptr);
  EXPECT_FALSE(document["contributions"][0].contains("bar"));
  EXPECT_EQ(document["explanations"][0]["base"], 0.5);
  EXPECT_EQ(document["explanations"][0]["method"], "exact_linear");
  EXPECT_TRUE(scorer_.asked_of_probability);
}

TEST_F(ExplainCommandTest, WritesContributionsAsCsv) {
  EXPECT_EQ(Run({"anna", "-o", "csv"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("customer_id,feature,group,value,contribution,standard_error,lever\n"));
  EXPECT_THAT(out_.str(), HasSubstr("anna,tier,communication,premium,-2,,false\n"));
}

TEST_F(ExplainCommandTest, NamesUnknownCustomersAfterTheOthers) {
  EXPECT_EQ(Run({"anna", "nobody"}), 3);
  EXPECT_THAT(out_.str(), HasSubstr("anna"));
  EXPECT_THAT(err_.str(), HasSubstr("no features are known for nobody"));
}

}  // namespace
}  // namespace ebb
