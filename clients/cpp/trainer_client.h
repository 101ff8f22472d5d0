// Typed client of the trainer. Thread-safe. One call is one RPC with a deadline; errors keep the server's code.
// Streams: training_watch.h.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/cpp/endpoints.h"
#include "ebb/v1/trainer_service.pb.h"

namespace ebb {

class TrainerClient {
 public:
  // Connects at the first call. `timeout` is the deadline of each call.
  TrainerClient(std::string address, absl::Duration timeout, const TlsFiles& tls = {});
  ~TrainerClient();

  absl::StatusOr<v1::Training> Train(const v1::TrainRequest& request);
  absl::StatusOr<v1::Training> GetTraining(const std::string& name);
  absl::StatusOr<v1::ListTrainingsResponse> ListTrainings(const v1::ListTrainingsRequest& request);
  absl::StatusOr<v1::Training> CancelTraining(const std::string& name);
  absl::StatusOr<v1::Model> GetModel(const std::string& name);
  absl::StatusOr<v1::ModelReport> GetModelReport(const std::string& name);
  absl::StatusOr<v1::ModelHealth> GetModelHealth();
  absl::StatusOr<v1::ListModelsResponse> ListModels(const v1::ListModelsRequest& request);
  absl::StatusOr<v1::Model> PromoteModel(const std::string& name);

 private:
  struct Connection;
  const std::unique_ptr<Connection> connection_;
};

}  // namespace ebb
