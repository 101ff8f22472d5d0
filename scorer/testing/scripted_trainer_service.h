#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ebb/v1/trainer_service.grpc.pb.h"
#include "model/trained_model.h"
#include "runtime/mutex.h"
#include "runtime/rpc/server_stream.h"

namespace ebb::scorer::testing {

// A trainer whose champion and challengers are whatever the test says: WatchChampion and DownloadModel only.
class ScriptedTrainerService final : public v1::Trainer::CallbackService {
 public:
  // Challengers that are not newer are told no more.
  void Promote(int64_t version, const TrainedModel& model);
  // A champion whose bytes are not what its digest says.
  void PromoteDamaged(int64_t version, const TrainedModel& model);
  // Another challenger; the newest one comes first. `damaged` as above.
  void AddChallenger(int64_t version, const TrainedModel& model, bool damaged = false);
  void Close() { streams_.Close(absl::UnavailableError("the trainer stops")); }

  grpc::ServerWriteReactor<v1::WatchChampionResponse>* WatchChampion(grpc::CallbackServerContext* context,
                                                                     const v1::WatchChampionRequest* request) override;
  grpc::ServerWriteReactor<v1::DownloadModelResponse>* DownloadModel(grpc::CallbackServerContext* context,
                                                                     const v1::DownloadModelRequest* request) override;

 private:
  class ChampionStream;
  class FileStream;

  // Keeps the file as `model` says.
  v1::Model Keep(int64_t version, const TrainedModel& model, bool damaged) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Announce(int64_t version, const TrainedModel& model, bool damaged);

  Mutex mutex_;
  v1::Model champion_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::Model> challengers_ ABSL_GUARDED_BY(mutex_);        // newest first
  std::map<std::string, std::string> files_ ABSL_GUARDED_BY(mutex_);  // by the model's name
  StreamSet streams_;
};

}  // namespace ebb::scorer::testing
