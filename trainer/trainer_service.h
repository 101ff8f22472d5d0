#pragma once

#include "ebb/v1/trainer_service.grpc.pb.h"
#include "runtime/rpc/server_stream.h"
#include "trainer/model_monitor.h"
#include "trainer/registry.h"
#include "trainer/training_slot.h"

namespace ebb::trainer {

// The wire side of the trainer: checks requests, asks slot and registry, converts statuses. Thread-safe.
class TrainerService final : public v1::Trainer::CallbackService {
 public:
  // All outlive the service. `source_id` makes page tokens of another registry recognisable; DataFolder has one.
  TrainerService(Registry* registry, TrainingSlot* slot, StreamSet* streams, const ModelMonitor* monitor,
                 uint64_t source_id)
      : registry_(registry), slot_(slot), streams_(streams), monitor_(monitor), source_id_(source_id) {}

  grpc::ServerUnaryReactor* Train(grpc::CallbackServerContext* context, const v1::TrainRequest* request,
                                  v1::Training* response) override;
  grpc::ServerUnaryReactor* GetTraining(grpc::CallbackServerContext* context, const v1::GetTrainingRequest* request,
                                        v1::Training* response) override;
  grpc::ServerUnaryReactor* ListTrainings(grpc::CallbackServerContext* context, const v1::ListTrainingsRequest* request,
                                          v1::ListTrainingsResponse* response) override;
  grpc::ServerUnaryReactor* CancelTraining(grpc::CallbackServerContext* context,
                                           const v1::CancelTrainingRequest* request, v1::Training* response) override;
  grpc::ServerWriteReactor<v1::Training>* WatchTraining(grpc::CallbackServerContext* context,
                                                        const v1::WatchTrainingRequest* request) override;
  grpc::ServerUnaryReactor* GetModelReport(grpc::CallbackServerContext* context,
                                           const v1::GetModelReportRequest* request,
                                           v1::ModelReport* response) override;
  grpc::ServerUnaryReactor* GetModel(grpc::CallbackServerContext* context, const v1::GetModelRequest* request,
                                     v1::Model* response) override;
  grpc::ServerUnaryReactor* ListModels(grpc::CallbackServerContext* context, const v1::ListModelsRequest* request,
                                       v1::ListModelsResponse* response) override;
  grpc::ServerWriteReactor<v1::DownloadModelResponse>* DownloadModel(grpc::CallbackServerContext* context,
                                                                     const v1::DownloadModelRequest* request) override;
  grpc::ServerWriteReactor<v1::WatchChampionResponse>* WatchChampion(grpc::CallbackServerContext* context,
                                                                     const v1::WatchChampionRequest* request) override;
  grpc::ServerUnaryReactor* GetModelHealth(grpc::CallbackServerContext* context,
                                           const v1::GetModelHealthRequest* request,
                                           v1::ModelHealth* response) override;
  grpc::ServerUnaryReactor* PromoteModel(grpc::CallbackServerContext* context, const v1::PromoteModelRequest* request,
                                         v1::Model* response) override;

 private:
  absl::StatusOr<int64_t> VersionOf(const std::string& name) const;
  absl::StatusOr<int64_t> PlaceOf(const std::string& page_token) const;
  std::string PageToken(int64_t next_before) const;

  Registry* const registry_;
  TrainingSlot* const slot_;
  StreamSet* const streams_;
  const ModelMonitor* const monitor_;
  const uint64_t source_id_;
};

}  // namespace ebb::trainer
