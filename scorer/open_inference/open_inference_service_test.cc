// The service on a real port, called by its generated client.
#include "scorer/open_inference/open_inference_service.h"

#include <limits>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "model/testing/models.h"
#include "runtime/rpc/channel.h"
#include "runtime/rpc/error_details.h"
#include "runtime/rpc/server_host.h"
#include "runtime/rpc/status.h"

namespace ebb::scorer {
namespace {

using ::testing::HasSubstr;
using Stub = inference::GRPCInferenceService::Stub;

class OpenInferenceServiceTest : public ::testing::Test {
 protected:
  void Start(const WorkPool::Options& inferring) {
    service_ = std::make_unique<OpenInferenceService>(&slot_, inferring);
    auto host = ServerHost::Start(ServerOptions(), {service_.get()});
    ASSERT_TRUE(host.ok()) << host.status();
    host_ = *std::move(host);
    stub_ = inference::GRPCInferenceService::NewStub(
        grpc::CreateChannel(host_->address(), grpc::InsecureChannelCredentials()));
  }

  template <typename Request, typename Response>
  absl::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    SetDeadline(absl::Seconds(60), &context);
    return FromGrpcStatus((stub_.get()->*method)(&context, request, response));
  }
  absl::Status Infer(double visits, inference::ModelInferResponse* response) {
    inference::ModelInferRequest request;
    request.set_model_name("decline");
    auto* input = request.add_inputs();
    input->set_name("visits");
    input->set_datatype("FP64");
    input->add_shape(1);
    input->mutable_contents()->add_fp64_contents(visits);
    return Call(&Stub::ModelInfer, request, response);
  }

  ModelSlot slot_;
  std::unique_ptr<OpenInferenceService> service_;
  std::unique_ptr<ServerHost> host_;
  std::unique_ptr<Stub> stub_;
};

TEST_F(OpenInferenceServiceTest, AnswersEveryCall) {
  Start({.name = "inferring"});
  inference::ServerLiveResponse live;
  inference::ServerReadyResponse ready;
  ASSERT_TRUE(Call(&Stub::ServerLive, {}, &live).ok());
  ASSERT_TRUE(Call(&Stub::ServerReady, {}, &ready).ok());
  EXPECT_TRUE(live.live());
  EXPECT_FALSE(ready.ready()) << "there is no model yet";

  slot_.Set(
      MakeServedModel(testing_models::ModelOf({testing_models::Logistic()}), 7, "digest", {.risk_threshold = 0.7}));
  ASSERT_TRUE(Call(&Stub::ServerReady, {}, &ready).ok());
  EXPECT_TRUE(ready.ready());
  inference::ModelReadyRequest which;
  which.set_name("decline");
  inference::ModelReadyResponse model_ready;
  ASSERT_TRUE(Call(&Stub::ModelReady, which, &model_ready).ok());
  EXPECT_TRUE(model_ready.ready());
  inference::ServerMetadataResponse server;
  ASSERT_TRUE(Call(&Stub::ServerMetadata, {}, &server).ok());
  EXPECT_EQ(server.name(), "ebb-scorer");
  EXPECT_FALSE(server.version().empty());
  inference::ModelMetadataRequest what;
  what.set_name("decline");
  inference::ModelMetadataResponse model;
  ASSERT_TRUE(Call(&Stub::ModelMetadata, what, &model).ok());
  EXPECT_EQ(model.versions(0), "7");
  inference::ModelInferResponse inferred;
  ASSERT_TRUE(Infer(5, &inferred).ok());
  EXPECT_EQ(inferred.raw_output_contents_size(), 3);
}

TEST_F(OpenInferenceServiceTest, RefusalsCarryCodeAndField) {
  Start({.name = "inferring"});
  inference::ModelInferResponse response;
  EXPECT_EQ(Infer(5, &response).code(), absl::StatusCode::kFailedPrecondition);
  slot_.Set(
      MakeServedModel(testing_models::ModelOf({testing_models::Logistic()}), 7, "digest", {.risk_threshold = 0.7}));
  const absl::Status refused = Infer(std::numeric_limits<double>::infinity(), &response);
  const auto details = BadRequestOf(refused);
  ASSERT_TRUE(details.has_value()) << refused;
  EXPECT_EQ(details->field_violations(0).field(), "inputs[0]");
}

TEST_F(OpenInferenceServiceTest, SaysSoWhereTooManyWait) {
  Start({.name = "inferring", .threads = 1, .most_waiting = 0});
  inference::ModelInferResponse response;
  const absl::Status refused = Infer(5, &response);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(RetryDelayOf(refused), absl::Seconds(1));
}

}  // namespace
}  // namespace ebb::scorer
