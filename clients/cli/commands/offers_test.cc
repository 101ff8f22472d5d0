// `ebb offers` and `ebb uplift` against a real gRPC server that knows one customer.
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/cli/run.h"
#include "ebb/v1/offer_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "tests/support/last_request.h"
#include "tests/support/process.h"

namespace ebb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class OffersAnna final : public v1::Offers::Service {
 public:
  grpc::Status GetOffers(grpc::ServerContext*, const v1::GetOffersRequest* request,
                         v1::GetOffersResponse* response) override {
    asked.Keep(*request);
    if (request->customer_id() != "anna") return {grpc::StatusCode::NOT_FOUND, "no score of customer x is known"};
    google::protobuf::TextFormat::ParseFromString(
        R"(customer_id: "anna"
           offers { decision_id: "d-1" offer: "birthday_code" text { en: "Code A1" ru: "Код A1" } channel: MAILING
                    placements: OUTREACH code: "A1" ends_at { seconds: 1700000000 } expected_net_value: 2.5 })",
        response);
    if (request->explain()) {
      google::protobuf::TextFormat::ParseFromString(
          R"(offer: "page" status: SUPPRESSED reason: "cool_down" explanation: "given before; again from tomorrow"
             conditions { list: "all_of" condition: "unpaid_items_3m ≥ 1" value: "3" holds: true })",
          response->add_checks());
    }
    return grpc::Status::OK;
  }
  grpc::Status CheckOffers(grpc::ServerContext*, const v1::CheckOffersRequest* request,
                           v1::CheckOffersResponse* response) override {
    if (request->text() != "good") return {grpc::StatusCode::INVALID_ARGUMENT, request->file_name() + ":1:1: wrong"};
    response->mutable_catalogue()->add_offers();
    response->add_warnings("offer `x` cannot be made: the store has no feature y");
    return grpc::Status::OK;
  }
  grpc::Status ImportCodes(grpc::ServerContext*, const v1::ImportCodesRequest* request,
                           v1::ImportCodesResponse* response) override {
    asked.Keep(*request);
    response->set_added(request->codes_size());
    response->set_left(7);
    return grpc::Status::OK;
  }
  grpc::Status ReportOutcome(grpc::ServerContext*, const v1::ReportOutcomeRequest* request,
                             v1::ReportOutcomeResponse* response) override {
    asked.Keep(*request);
    response->set_duplicate(true);
    return grpc::Status::OK;
  }
  grpc::Status ListOffers(grpc::ServerContext*, const v1::ListOffersRequest*,
                          v1::ListOffersResponse* response) override {
    google::protobuf::TextFormat::ParseFromString(
        R"(catalogue { time_zone: "UTC" offers { name: "page" channel: SITE placements: BASKET cost: 1.5 } }
           states { offer: "page" given_today: 3 codes_left: 4 problem: "the store has no feature y" } undelivered: 2)",
        response);
    return grpc::Status::OK;
  }
  grpc::Status GetUpliftReport(grpc::ServerContext*, const v1::GetUpliftReportRequest* request,
                               v1::UpliftReport* response) override {
    asked.Keep(*request);
    google::protobuf::TextFormat::ParseFromString(
        R"(rows { offer: "page" treated: 900 untreated: 100 baseline: CONTROL_GROUP verdict: RAISES
                  effect { difference: 2 lower: 1 upper: 3 } }
           measure { feature: "revenue_month_0" horizon_days: 31 } confidence: 0.95)",
        response);
    return grpc::Status::OK;
  }
  ebb::testing::LastRequest asked;
};

class OffersCommandTest : public ::testing::Test {
 protected:
  OffersCommandTest() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&offers_);
    server_ = builder.BuildAndStart();
  }
  int Run(const std::vector<std::string>& line) {
    out_.str("");
    err_.str("");
    return RunEbb(line, {{"EBB_SCORER", absl::StrCat("127.0.0.1:", port_)}}, {}, out_, err_);
  }
  std::string File(const std::string& text) {
    const std::string path = folder_.path() + "/file";
    std::ofstream(path) << text;
    return path;
  }

  int port_ = 0;
  OffersAnna offers_;
  std::unique_ptr<grpc::Server> server_;
  const testing::TemporaryFolder folder_;
  std::ostringstream out_, err_;
};

TEST_F(OffersCommandTest, LooksWithoutGiving) {
  EXPECT_EQ(Run({"offers", "anna", "--placement", "start_page"}), 0) << err_.str();
  EXPECT_THAT(offers_.asked.text(), HasSubstr("customer_id: \"anna\" placement: START_PAGE preview: true"));
  EXPECT_THAT(out_.str(), HasSubstr("birthday_code"));
  EXPECT_THAT(out_.str(), HasSubstr("Code A1"));
  EXPECT_EQ(Run({"offers", "anna", "--give"}), 0);
  EXPECT_THAT(offers_.asked.text(), Not(HasSubstr("preview")));
  EXPECT_EQ(Run({"offers", "nobody"}), 3);
  EXPECT_EQ(Run({"offers", "anna", "--placement", "moon"}), 2);
}

TEST_F(OffersCommandTest, TellsWhy) {
  EXPECT_EQ(Run({"offers", "anna", "--why", "-o", "json"}), 0) << err_.str();
  const auto document = nlohmann::json::parse(out_.str());
  EXPECT_EQ(document["checks"][0]["reason"], "cool_down");
  EXPECT_EQ(document["checks"][0]["expected_net_value"], nullptr);
  EXPECT_EQ(document["conditions"][0]["holds"], true);
  EXPECT_EQ(document["offers"][0]["code"], "A1");
}

TEST_F(OffersCommandTest, ChecksFilesAndTellsMistakesAndWarnings) {
  EXPECT_EQ(Run({"offers", "check", File("good")}), 0) << err_.str();
  EXPECT_THAT(err_.str(), HasSubstr("the store has no feature y"));
  EXPECT_EQ(Run({"offers", "check", File("bad")}), 1);
  EXPECT_THAT(err_.str(), HasSubstr("/file:1:1: wrong"));
  EXPECT_EQ(Run({"offers", "check", "/no/such/file"}), 2);
}

TEST_F(OffersCommandTest, ImportsCodesAndReportsOutcomes) {
  EXPECT_EQ(Run({"offers", "codes", "birthday", File("A1\r\n\n B2 \n")}), 0) << err_.str();
  EXPECT_EQ(offers_.asked.text(), "pool: \"birthday\" codes: \"A1\" codes: \"B2\"");
  EXPECT_EQ(Run({"offers", "codes", "birthday", File("\n")}), 2);
  EXPECT_EQ(Run({"offers", "outcome", "d-1", "contacted", "-o", "json"}), 0) << err_.str();
  EXPECT_EQ(offers_.asked.text(), "decision_id: \"d-1\" kind: CONTACTED");
  EXPECT_EQ(nlohmann::json::parse(out_.str())["duplicate"], true);
  EXPECT_EQ(Run({"offers", "outcome", "d-1", "eaten"}), 2);
}

TEST_F(OffersCommandTest, ListsWhatIsDeclared) {
  EXPECT_EQ(Run({"offers", "list", "-o", "json"}), 0) << err_.str();
  const auto document = nlohmann::json::parse(out_.str());
  EXPECT_EQ(document["offers"][0]["given_today"], 3);
  EXPECT_EQ(document["offers"][0]["daily_capacity"], nullptr);
  EXPECT_EQ(document["offers"][0]["problem"], "the store has no feature y");
}

TEST_F(OffersCommandTest, ShowsUplift) {
  EXPECT_EQ(Run({"uplift", "--offer", "page", "--horizon", "30", "--from", "2025-01-01"}), 0) << err_.str();
  EXPECT_THAT(offers_.asked.text(), HasSubstr("offer: \"page\""));
  EXPECT_THAT(offers_.asked.text(), HasSubstr("horizon_days: 30"));
  EXPECT_THAT(offers_.asked.text(), HasSubstr("from { seconds: 1735689600 }"));
  EXPECT_THAT(out_.str(), HasSubstr("raises"));
  EXPECT_EQ(Run({"uplift", "-o", "csv"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("page,all,raises,900,100,control_group,2,1,3"));
  EXPECT_EQ(Run({"uplift", "--horizon", "0"}), 2);
}

}  // namespace
}  // namespace ebb
