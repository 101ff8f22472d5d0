// `ebb segments`, `segments check`, `segment profile` and the filters of `ebb subscribe` against a real gRPC server.
#include <fstream>
#include <iterator>
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
#include "tests/support/process.h"

namespace ebb {
namespace {

using ::testing::HasSubstr;

template <typename Message>
grpc::Status FillFrom(const char* text, Message* message) {
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, message)) << text;
  return grpc::Status::OK;
}

class KnowsTwoSegments final : public v1::Scorer::Service {
 public:
  grpc::Status GetSegmentSummary(grpc::ServerContext*, const v1::GetSegmentSummaryRequest*,
                                 v1::SegmentSummary* response) override {
    return FillFrom("cells { segment: 'low_profit/stable' customers: 5 } customers: 5 risk_threshold: 0.7", response);
  }
  grpc::Status ListSegments(grpc::ServerContext*, const v1::ListSegmentsRequest*,
                            v1::ListSegmentsResponse* response) override {
    return FillFrom(R"pb(
                      segments {
                        definition { name: "vip" target: true }
                        rule: "monthly_profit > 60"
                        customers: 2
                      }
                      segments {
                        definition { name: "tall" }
                        rule: "height > 2"
                        problem: "no number height"
                      }
                      risk { threshold: 0.7 leave_below: 0.65 }
                    )pb",
                    response);
  }
  grpc::Status CheckSegments(grpc::ServerContext*, const v1::CheckSegmentsRequest* request,
                             v1::CheckSegmentsResponse* response) override {
    asked.Keep(*request);
    return FillFrom(R"pb(
                      segments {
                        segment: "vip"
                        member: true
                        conditions { list: "all_of" condition: "monthly_profit > 60" value: "80" holds: true }
                      }
                      segments { segment: "tall" problem: "no number height" }
                      score {
                        customer_id: "anna"
                        probability: 0.25
                        segment: "high_profit/stable"
                        held_segment: "high_profit/at_risk"
                      }
                    )pb",
                    response);
  }
  grpc::Status ProfileSegment(grpc::ServerContext*, const v1::ProfileSegmentRequest* request,
                              v1::SegmentProfile* response) override {
    if (request->segment() != "vip") return {grpc::StatusCode::NOT_FOUND, "segment `x` is not declared"};
    return FillFrom(R"pb(
                      segment: "vip"
                      customers: 2
                      others: 8
                      features {
                        name: "orders"
                        difference: 0.5
                        segment_numbers { lower_quartile: 1 median: 2 upper_quartile: 3 }
                        other_numbers { lower_quartile: 0 median: 1 upper_quartile: 2 }
                      }
                      features {
                        name: "tier"
                        difference: 0.25
                        categories { category: "premium" segment_share: 0.5 other_share: 0.25 }
                      }
                    )pb",
                    response);
  }
  grpc::Status Subscribe(grpc::ServerContext*, const v1::SubscribeRequest* request,
                         grpc::ServerWriter<v1::SubscribeResponse>* writer) override {
    asked.Keep(*request);
    v1::SubscribeResponse message;
    FillFrom(
        "score { customer_id: 'anna' probability: 0.8 segment: 'high_profit/at_risk' named_segments: 'vip' "
        "named_segments: 'tall' sequence: 1 } resume_token: 'a'",
        &message);
    writer->Write(message);
    message.Clear();
    FillFrom("left { customer_id: 'boris' sequence: 2 } resume_token: 'b'", &message);
    writer->Write(message);
    message.Clear();
    FillFrom("caught_up: true resume_token: 'c'", &message);
    writer->Write(message);
    return grpc::Status::OK;
  }
  ebb::testing::LastRequest asked;
};

class SegmentCommandsTest : public ::testing::Test {
 protected:
  SegmentCommandsTest() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&scorer_);
    server_ = builder.BuildAndStart();
  }
  int Run(const std::vector<std::string>& line) {
    out_.str("");
    err_.str("");
    return RunEbb(line, {{"EBB_SCORER", absl::StrCat("127.0.0.1:", port_)}}, {}, out_, err_);
  }
  nlohmann::json Json(std::vector<std::string> line) {
    line.insert(line.end(), {"-o", "json"});
    EXPECT_EQ(Run(line), 0) << err_.str();
    return nlohmann::json::parse(out_.str());
  }

  int port_ = 0;
  KnowsTwoSegments scorer_;
  std::unique_ptr<grpc::Server> server_;
  std::ostringstream out_, err_;
};

TEST_F(SegmentCommandsTest, NamedSegmentsStandBesideProfitAndRisk) {
  const nlohmann::json document = Json({"segments"});
  EXPECT_EQ(document["segments"][0]["segment"], "low_profit/stable");
  EXPECT_EQ(document["named_segments"][0]["segment"], "vip");
  EXPECT_EQ(document["named_segments"][0]["rule"], "monthly_profit > 60");
  EXPECT_EQ(document["named_segments"][0]["target"], true);
  EXPECT_EQ(document["named_segments"][1]["problem"], "no number height");
  EXPECT_EQ(document["all"]["leave_below"], 0.65);
}

TEST_F(SegmentCommandsTest, AMembershipIsExplained) {
  EXPECT_EQ(Run({"segments", "check", "anna", "--segment", "vip", "--segment", "tall"}), 0) << err_.str();
  EXPECT_EQ(scorer_.asked.text(), "customer_id: \"anna\" segments: \"vip\" segments: \"tall\"");
  EXPECT_THAT(out_.str(), HasSubstr("monthly_profit > 60"));
  const nlohmann::json document = Json({"segments", "check", "anna"});
  EXPECT_EQ(document["conditions"][0]["value"], "80");
  EXPECT_EQ(document["segments"][1]["problem"], "no number height");
  EXPECT_EQ(document["made_from"]["held_segment"], "high_profit/at_risk");
}

TEST_F(SegmentCommandsTest, APortraitIsSentencesThenFigures) {
  EXPECT_EQ(Run({"segment", "profile", "vip", "--language", "en"}), 0) << err_.str();
  EXPECT_THAT(out_.str(),
              HasSubstr("2 customers of 10 are in it (20.0%).\nHigher than elsewhere – orders: median 2, others 1."));
  const nlohmann::json document = Json({"segment", "profile", "vip"});
  EXPECT_EQ(document["numbers"][0]["segment_median"], 2);
  EXPECT_EQ(document["categories"][0]["others_share"], 0.25);
  EXPECT_EQ(Run({"segment", "profile", "x"}), 3);
}

TEST_F(SegmentCommandsTest, APortraitBecomesAPage) {
  const ebb::testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/vip.html";
  EXPECT_EQ(Run({"segment", "profile", "vip", "--html", path, "--language", "ru"}), 0) << err_.str();
  std::ifstream file(path);
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(page, HasSubstr("<h1>Сегмент vip</h1>"));
  EXPECT_EQ(Run({"segment", "profile", "vip", "--html", folder.path()}), 1) << "a folder is no file";
  EXPECT_THAT(err_.str(), HasSubstr("--html: "));
}

TEST_F(SegmentCommandsTest, SubscribersFilterAndHearWhoLeft) {
  EXPECT_EQ(Run({"subscribe", "--until-caught-up", "--named-segment", "vip", "--min-change", "0.05", "--leaving", "-o",
                 "json"}),
            0)
      << err_.str();
  v1::SubscribeRequest asked;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(scorer_.asked.text(), &asked));
  EXPECT_EQ(asked.filter().named_segments(0), "vip");
  EXPECT_EQ(asked.filter().min_change(), 0.05);
  EXPECT_TRUE(asked.leaving());
  std::istringstream lines(out_.str());
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(nlohmann::json::parse(line)["named_segments"], "vip tall");
  std::getline(lines, line);
  const nlohmann::json left = nlohmann::json::parse(line);
  EXPECT_EQ(left["customer_id"], "boris");
  EXPECT_EQ(left["left"], true);
  EXPECT_TRUE(left["probability"].is_null());
  EXPECT_EQ(Run({"subscribe", "--until-caught-up"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("boris                 left the filter"));
}

}  // namespace
}  // namespace ebb
