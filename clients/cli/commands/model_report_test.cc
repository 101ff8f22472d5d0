// `ebb model report` against a real gRPC server that has one model.
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "clients/cli/report/report_for_test.h"
#include "clients/cli/run.h"
#include "ebb/v1/trainer_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

using ::testing::HasSubstr;

class HasOneModel final : public v1::Trainer::Service {
 public:
  grpc::Status GetModelReport(grpc::ServerContext*, const v1::GetModelReportRequest* request,
                              v1::ModelReport* response) override {
    if (request->name() != "models/3") return {grpc::StatusCode::NOT_FOUND, "no such model"};
    *response = FullReport();
    return grpc::Status::OK;
  }
};

class ModelReportCommandTest : public ::testing::Test {
 protected:
  ModelReportCommandTest()
      : folder_(::testing::TempDir() + "ebb_model_report_" +
                ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&trainer_);
    server_ = builder.BuildAndStart();
  }
  ~ModelReportCommandTest() override { std::filesystem::remove_all(folder_); }

  int Run(std::vector<std::string> line, Environment environment = {}) {
    line.insert(line.begin(), {"model", "report"});
    environment["EBB_TRAINER"] = absl::StrCat("127.0.0.1:", port_);
    out_.str("");
    err_.str("");
    return RunEbb(line, environment, {}, out_, err_);
  }
  std::string Page() const {
    std::ostringstream text;
    text << std::ifstream(folder_ + "/page.html").rdbuf();
    return text.str();
  }

  const std::string folder_;
  int port_ = 0;
  HasOneModel trainer_;
  std::unique_ptr<grpc::Server> server_;
  std::ostringstream out_, err_;
};

TEST_F(ModelReportCommandTest, PrintsTables) {
  EXPECT_EQ(Run({"3"}), 0) << err_.str();
  for (const char* title :
       {"\nchampion comparison\n", "\ncriteria\n", "\nimportance\n", "\ngroup importance\n", "\nfeatures\n",
        "\nmetrics\n", "\nsegments\n", "\nrevenue\n", "\nnext month revenue\n", "\ninput trials\n", "\nrepairs\n"})
    EXPECT_THAT(out_.str(), HasSubstr(title));
  EXPECT_THAT(err_.str(), HasSubstr("--html FILE"));
}

TEST_F(ModelReportCommandTest, GivesProgramsEveryFigure) {
  EXPECT_EQ(Run({"models/3", "-o", "json"}), 0) << err_.str();
  const auto document = nlohmann::json::parse(out_.str());
  EXPECT_EQ(document["model"]["version"], 3);
  EXPECT_EQ(document["champion_comparison"]["champion"], 2);
  EXPECT_EQ(document["champion_comparison"]["rule"], "paired_splits");
  EXPECT_EQ(document["champion_comparison"]["decision"], "promoted");
  EXPECT_EQ(document["champion_comparison"]["difference"], -0.002);
  EXPECT_EQ(document["champion_comparison"]["reason"], nullptr);
  EXPECT_EQ(document["criteria"][0]["metric"], "holdout_roc_auc");
  EXPECT_EQ(document["criteria"][0]["splits_met"], 13);
  EXPECT_EQ(document["criteria"][0]["met"], true);
  EXPECT_EQ(document["criteria"][1]["splits_mean"], nullptr);
  EXPECT_EQ(document["criteria"][2]["metric"], "holdout_revenue_smape");
  EXPECT_EQ(document["criteria"][2]["must_be"], "below");
  EXPECT_EQ(document["revenue"][0]["family"], "gradient_boosting");
  EXPECT_EQ(document["revenue"][0]["cv_smape"], 4.45);
  EXPECT_EQ(document["revenue"][0]["upper"], 4.8);
  EXPECT_EQ(document["revenue"][1]["smape"], nullptr);
  EXPECT_EQ(document["next_month_revenue"][0]["family"], "average");
  EXPECT_EQ(document["next_month_revenue"][0]["smape"], 22.1);
  EXPECT_EQ(document["importance"][1]["lever"], true);
  EXPECT_EQ(document["importance"][0]["auc_fall"], 0.08);
  EXPECT_EQ(document["features"][0]["feature"], "pages_per_visit_3m");
  EXPECT_EQ(document["features"][0]["measure"], "roc_auc");
  EXPECT_EQ(document["metrics"][0]["lower"], 0.88);
  EXPECT_EQ(document["segments"][2]["at_risk"], true);
  EXPECT_EQ(document["input_trials"][0]["feature"], "profit_3m_avg");
  EXPECT_EQ(document["input_trials"][0]["roc_auc_with"], 0.9131);
  EXPECT_EQ(document["input_trials"][0]["lower"], -0.0042);
  EXPECT_EQ(document["repairs"][0]["repair"], "typing_error");
  EXPECT_EQ(document["repairs"][0]["to"], "стандарт");
  EXPECT_EQ(document["repairs"][1]["from"], nullptr);
  EXPECT_EQ(document["repairs"][1]["rows"], 3);
}

TEST_F(ModelReportCommandTest, WritesThePageAndSaysWhere) {
  const std::string path = folder_ + "/page.html";
  EXPECT_EQ(Run({"3", "--html", path}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr(path));
  EXPECT_THAT(Page(), HasSubstr("<html lang=\"en\">"));
  EXPECT_EQ(Run({"3", "--html", path}, {{"LANG", "ru_RU.UTF-8"}}), 0) << err_.str();
  EXPECT_THAT(Page(), HasSubstr("<html lang=\"ru\">"));
  EXPECT_EQ(Run({"3", "--html", path}, {{"LC_ALL", "C"}, {"LANG", "ru_RU.UTF-8"}}), 0) << err_.str();
  EXPECT_THAT(Page(), HasSubstr("<html lang=\"en\">"));
  EXPECT_EQ(Run({"3", "--html", path, "--language", "ru"}), 0) << err_.str();
  EXPECT_THAT(Page(), HasSubstr("<html lang=\"ru\">"));
}

TEST_F(ModelReportCommandTest, ADashIsStandardOutput) {
  EXPECT_EQ(Run({"3", "--html", "-"}), 0) << err_.str();
  EXPECT_TRUE(out_.str().starts_with("<!DOCTYPE html>"));
  EXPECT_TRUE(out_.str().ends_with("</html>\n"));
}

TEST_F(ModelReportCommandTest, SaysWhatIsWrong) {
  EXPECT_EQ(Run({"3", "--html", folder_}), 1);
  EXPECT_EQ(err_.str(), absl::StrCat("ebb: --html: `", folder_, "` is a directory; name a file\n"));
  EXPECT_EQ(Run({"3", "--language", "ru"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("only the page has a language"));
  EXPECT_EQ(Run({"3", "--html", "-", "--language", "de"}), 2);
  EXPECT_EQ(Run({"4"}), 3);
  EXPECT_EQ(Run({"best"}), 2);
}

}  // namespace
}  // namespace ebb
