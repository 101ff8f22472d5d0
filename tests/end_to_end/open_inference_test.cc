// What others' clients get from the scorer: the real tritonclient and kserve, each in a process of its own, ask about
// the customers of a shop and get the bits of the scorer's own scores.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "clients/cpp/feature_store_client.h"
#include "clients/cpp/scorer_client.h"
#include "inference/open_inference_grpc.grpc.pb.h"
#include "tests/end_to_end/shop.h"

namespace ebb::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::Duration kClientPatience = absl::Seconds(120);
constexpr int kShopCustomers = 300;
constexpr const char* kPython = EBB_SOURCE_DIR "/build/inference-venv/bin/python";
constexpr const char* kInstalled = EBB_SOURCE_DIR "/build/inference-venv/installed";

// The fenced blocks of a language in a markdown file.
std::vector<std::string> CodeBlocks(const std::string& path, const std::string& language) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  std::vector<std::string> blocks;
  const std::vector<std::string> parts = absl::StrSplit(text.str(), "```");
  for (size_t i = 1; i < parts.size(); i += 2) {
    if (parts[i].starts_with(language + "\n")) blocks.push_back(parts[i].substr(language.size() + 1));
  }
  return blocks;
}

class OpenInference : public ::testing::Test {
 protected:
  OpenInference() : services_({{{}, SmallGridFlags(), {}}}) {}

  void SetUp() override {
    if (!std::filesystem::exists(kInstalled)) {
      GTEST_SKIP() << "tritonclient and kserve are not in build/inference-venv: `./dev test` installs them";
    }
    services_.StartAll();
    GenerateShop(services_, services_.folder() + "/shop", kShopCustomers);
    ImportShop(services_, services_.folder() + "/shop");
    Train(services_);
    PushStranger();
    ReadScores();
    ReadInputs();
  }

  // A customer of whom hardly anything is known.
  void PushStranger() const {
    const std::string visit = absl::StrCat(R"({"customerId":"stranger","eventId":"e","eventTime":")",
                                           absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone()),
                                           R"(","pageView":{"visitId":"v"}})");
    const Outcome push = services_.Ebb({"push", "-"}, visit + "\n");
    ASSERT_EQ(push.exit_status, 0) << push.err;
  }

  // Every customer's score, once all have one.
  void ReadScores() {
    ScorerClient scorer(services_.Address(Services::kScorer), kClientPatience);
    const absl::Time limit = absl::Now() + kClientPatience;
    while (scores_.size() <= kShopCustomers && absl::Now() < limit) {
      const auto page = scorer.ListScores({});
      if (page.ok()) scores_.assign(page->scores().begin(), page->scores().end());
    }
    ASSERT_EQ(scores_.size(), kShopCustomers + 1) << "not everybody was scored in time";
  }

  inference::ModelMetadataResponse Metadata() const {
    const auto stub = inference::GRPCInferenceService::NewStub(
        grpc::CreateChannel(services_.Address(Services::kScorer), grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kClientPatience));
    inference::ModelMetadataRequest request;
    request.set_name("decline");
    inference::ModelMetadataResponse response;
    const grpc::Status status = stub->ModelMetadata(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  // The vectors that the scores were made from, as the scripts read them: a tensor for each input of the model.
  void ReadInputs() {
    FeatureStoreClient store(services_.Address(Services::kFeatureStore), kClientPatience);
    v1::GetFeaturesRequest request;
    for (const v1::Score& score : scores_) request.add_customer_ids(score.customer_id());
    const auto features = store.GetFeatures(request);
    ASSERT_TRUE(features.ok()) << features.status();
    question_["address"] = services_.Address(Services::kScorer);
    std::set<std::string> datatypes;
    bool something_is_missing = false;
    const inference::ModelMetadataResponse metadata = Metadata();
    for (const auto& input : metadata.inputs()) {
      const auto name = std::ranges::find(features->feature_names(), input.name());
      ASSERT_NE(name, features->feature_names().end()) << input.name();
      const v1::FeatureColumn& column = features->columns(static_cast<int>(name - features->feature_names().begin()));
      // A missing number, which is NaN, becomes null in JSON.
      const json values = input.datatype() == "BYTES" ? json(column.categories()) : json(column.numbers());
      question_["inputs"].push_back({{"name", input.name()}, {"datatype", input.datatype()}, {"values", values}});
      datatypes.insert(input.datatype());
      something_is_missing |= std::ranges::count(values, json("")) > 0;
    }
    ASSERT_THAT(datatypes, ElementsAre("BYTES", "FP64")) << "a shop without both proves less";
    ASSERT_TRUE(something_is_missing) << "nor does one where everything is known";
  }

  // What a script answers.
  json Ask(const std::string& script) const {
    const Outcome outcome =
        RunProgram({kPython, EBB_SOURCE_DIR "/tests/end_to_end/open_inference/" + script}, question_.dump());
    EXPECT_EQ(outcome.exit_status, 0) << outcome.err;
    const json answer = json::parse(outcome.out, nullptr, /*allow_exceptions=*/false);
    EXPECT_TRUE(answer.is_object()) << outcome.out << outcome.err;
    return answer;
  }

  // The outputs are the scorer's own scores, bit for bit.
  void ExpectOwnScores(const json& outputs) const {
    ASSERT_EQ(outputs.at("probability").size(), scores_.size());
    for (size_t i = 0; i < scores_.size(); ++i) {
      const v1::Score& score = scores_[i];
      ASSERT_EQ(outputs.at("probability")[i].get<double>(), score.probability()) << score.customer_id();
      ASSERT_EQ(outputs.at("ranking_score")[i].get<double>(), score.ranking_score()) << score.customer_id();
      ASSERT_EQ(outputs.at("at_risk")[i].get<bool>(), score.segment().ends_with("/at_risk")) << score.customer_id();
    }
  }

  void CheckTritonclient() const;
  void CheckKserve() const;
  void CheckDocumentedExamples() const;

  Services services_;
  std::vector<v1::Score> scores_;
  json question_;
};

void OpenInference::CheckTritonclient() const {
  const json answer = Ask("tritonclient_calls.py");
  ASSERT_FALSE(HasFailure());
  EXPECT_EQ(answer.at("live"), true);
  EXPECT_EQ(answer.at("ready"), true);
  EXPECT_EQ(answer.at("model_ready"), true);
  EXPECT_EQ(answer.at("other_version_ready"), false);
  EXPECT_EQ(answer.at("server").at("name"), "ebb-scorer");
  EXPECT_EQ(answer.at("id"), "call 1");
  EXPECT_EQ(answer.at("version"), "1");

  const json& model = answer.at("model");
  EXPECT_EQ(model.at("versions"), json({"1"}));
  std::vector<std::string> outputs;
  for (const json& output : model.at("outputs")) outputs.push_back(output.at("name"));
  EXPECT_THAT(outputs, ElementsAre("probability", "ranking_score", "at_risk"));

  ExpectOwnScores(answer.at("outputs"));
  EXPECT_EQ(answer.at("columns"), answer.at("outputs")) << "shape [rows, 1]";
  EXPECT_EQ(answer.at("requested"), json({{"at_risk", answer.at("outputs").at("at_risk")}}));
  EXPECT_THAT(answer.at("version_refused").get<std::string>(), StartsWith("StatusCode.NOT_FOUND: `model_version`"));
  EXPECT_THAT(answer.at("output_refused").get<std::string>(),
              StartsWith("StatusCode.INVALID_ARGUMENT: `outputs[0].name`"));
  EXPECT_THAT(answer.at("config_refused").get<std::string>(), StartsWith("StatusCode.UNIMPLEMENTED"));
}

void OpenInference::CheckKserve() const {
  const json answer = Ask("kserve_calls.py");
  ASSERT_FALSE(HasFailure());
  EXPECT_EQ(answer.at("live"), true);
  EXPECT_EQ(answer.at("ready"), true);
  EXPECT_EQ(answer.at("model_ready"), true);
  ExpectOwnScores(answer.at("raw"));
  EXPECT_EQ(answer.at("typed"), answer.at("raw"));
  EXPECT_THAT(answer.at("version_refused").get<std::string>(), StartsWith("StatusCode.NOT_FOUND: `model_version`"));
}

void OpenInference::CheckDocumentedExamples() const {
  const auto examples = CodeBlocks(EBB_SOURCE_DIR "/docs/open_inference.md", "python");
  ASSERT_EQ(examples.size(), 2) << "one of tritonclient, one of kserve: has the page's form changed?";
  for (const std::string& example : examples) {
    ASSERT_THAT(example, HasSubstr("127.0.0.1:7502"));
    const std::string here = absl::StrReplaceAll(example, {{"127.0.0.1:7502", services_.Address(Services::kScorer)}});
    const Outcome outcome = RunProgram({kPython, "-"}, here);
    EXPECT_EQ(outcome.exit_status, 0) << example << outcome.err;
    EXPECT_THAT(outcome.out, StartsWith("[0.")) << example << " prints probabilities";
  }
}

// One test, because under sanitizers its shop takes a minute to train.
TEST_F(OpenInference, RealClientsGetTheScorersOwnScores) {
  CheckTritonclient();
  CheckKserve();
  CheckDocumentedExamples();
}

}  // namespace
}  // namespace ebb::testing
