#include "clients/cpp/trainer_client.h"

#include "clients/cpp/peer.h"
#include "ebb/v1/trainer_service.grpc.pb.h"

namespace ebb {

struct TrainerClient::Connection : Peer<v1::Trainer> {
  using Peer::Peer;
};

TrainerClient::TrainerClient(std::string address, absl::Duration timeout, const TlsFiles& tls)
    : connection_(std::make_unique<Connection>("trainer", std::move(address), timeout, tls)) {}
TrainerClient::~TrainerClient() = default;

absl::StatusOr<v1::Training> TrainerClient::Train(const v1::TrainRequest& request) {
  return connection_->Call(&v1::Trainer::Stub::Train, request);
}

absl::StatusOr<v1::Training> TrainerClient::GetTraining(const std::string& name) {
  v1::GetTrainingRequest request;
  request.set_name(name);
  return connection_->Call(&v1::Trainer::Stub::GetTraining, request);
}

absl::StatusOr<v1::ListTrainingsResponse> TrainerClient::ListTrainings(const v1::ListTrainingsRequest& request) {
  return connection_->Call(&v1::Trainer::Stub::ListTrainings, request);
}

absl::StatusOr<v1::Training> TrainerClient::CancelTraining(const std::string& name) {
  v1::CancelTrainingRequest request;
  request.set_name(name);
  return connection_->Call(&v1::Trainer::Stub::CancelTraining, request);
}

absl::StatusOr<v1::Model> TrainerClient::GetModel(const std::string& name) {
  v1::GetModelRequest request;
  request.set_name(name);
  return connection_->Call(&v1::Trainer::Stub::GetModel, request);
}

absl::StatusOr<v1::ModelReport> TrainerClient::GetModelReport(const std::string& name) {
  v1::GetModelReportRequest request;
  request.set_name(name);
  return connection_->Call(&v1::Trainer::Stub::GetModelReport, request);
}

absl::StatusOr<v1::ModelHealth> TrainerClient::GetModelHealth() {
  return connection_->Call(&v1::Trainer::Stub::GetModelHealth, v1::GetModelHealthRequest());
}

absl::StatusOr<v1::ListModelsResponse> TrainerClient::ListModels(const v1::ListModelsRequest& request) {
  return connection_->Call(&v1::Trainer::Stub::ListModels, request);
}

absl::StatusOr<v1::Model> TrainerClient::PromoteModel(const std::string& name) {
  v1::PromoteModelRequest request;
  request.set_name(name);
  return connection_->Call(&v1::Trainer::Stub::PromoteModel, request);
}

}  // namespace ebb
