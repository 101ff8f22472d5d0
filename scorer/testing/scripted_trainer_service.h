#pragma once

#include <cstdint>
#include <string>

#include "ebb/v1/trainer_service.grpc.pb.h"
#include "model/trained_model.h"
#include "runtime/mutex.h"
#include "runtime/rpc/server_stream.h"

namespace ebb::scorer::testing {

// A trainer whose champion is whatever the test says: WatchChampion and DownloadModel only.
class ScriptedTrainerService final : public v1::Trainer::CallbackService {
 public:
  void Promote(int64_t version, const TrainedModel& model);
  // A champion whose bytes are not what its digest says.
  void PromoteDamaged(int64_t version, const TrainedModel& model);
  void Close() { streams_.Close(absl::UnavailableError("the trainer stops")); }

  grpc::ServerWriteReactor<v1::WatchChampionResponse>* WatchChampion(grpc::CallbackServerContext* context,
                                                                     const v1::WatchChampionRequest* request) override;
  grpc::ServerWriteReactor<v1::DownloadModelResponse>* DownloadModel(grpc::CallbackServerContext* context,
                                                                     const v1::DownloadModelRequest* request) override;

 private:
  class ChampionStream;
  class FileStream;

  void Announce(int64_t version, std::string digest, std::string bytes);

  Mutex mutex_;
  v1::Model champion_ ABSL_GUARDED_BY(mutex_);
  std::string bytes_ ABSL_GUARDED_BY(mutex_);
  StreamSet streams_;
};

}  // namespace ebb::scorer::testing
