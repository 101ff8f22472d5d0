#include "scorer/testing/scripted_trainer_service.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "model/model_file.h"
#include "runtime/digest.h"

namespace ebb::scorer::testing {

class ScriptedTrainerService::ChampionStream final : public StreamSource<v1::WatchChampionResponse> {
 public:
  ChampionStream(ScriptedTrainerService* trainer, int challengers) : trainer_(trainer), challengers_(challengers) {}
  Pull Next(v1::WatchChampionResponse* message) override {
    MutexLock lock(&trainer_->mutex_);
    v1::WatchChampionResponse present;
    *present.mutable_model() = trainer_->champion_;
    for (const v1::Model& challenger : trainer_->challengers_) {
      if (present.challengers_size() < challengers_) *present.add_challengers() = challenger;
    }
    const std::string bytes = present.SerializeAsString();
    if (trainer_->champion_.digest().empty() || bytes == sent_) return Pull::kIdle;
    sent_ = bytes;
    *message = std::move(present);
    return Pull::kMessage;
  }

 private:
  ScriptedTrainerService* const trainer_;
  const int challengers_;
  std::string sent_;
};

// In parts, so that a reader that takes the first for the whole is found out.
class ScriptedTrainerService::FileStream final : public StreamSource<v1::DownloadModelResponse> {
 public:
  explicit FileStream(std::string bytes) : rest_(std::move(bytes)) {}
  Pull Next(v1::DownloadModelResponse* message) override {
    if (rest_.empty()) return Pull::kDone;
    message->set_data(rest_.substr(0, 100));
    rest_.erase(0, 100);
    return Pull::kMessage;
  }

 private:
  std::string rest_;
};

v1::Model ScriptedTrainerService::Keep(int64_t version, const TrainedModel& model, bool damaged) {
  std::string bytes = SerializeModelFile(model);
  v1::Model kept;
  kept.set_name(absl::StrCat("models/", version));
  kept.set_version(version);
  kept.set_digest(Sha256Hex(bytes));
  kept.set_size_bytes(static_cast<int64_t>(bytes.size()));
  if (damaged) bytes.back() ^= 1;
  files_[kept.name()] = std::move(bytes);
  return kept;
}

void ScriptedTrainerService::Promote(int64_t version, const TrainedModel& model) { Announce(version, model, false); }

void ScriptedTrainerService::PromoteDamaged(int64_t version, const TrainedModel& model) {
  Announce(version, model, true);
}

void ScriptedTrainerService::Announce(int64_t version, const TrainedModel& model, bool damaged) {
  {
    MutexLock lock(&mutex_);
    champion_ = Keep(version, model, damaged);
    champion_.set_state(v1::Model::CHAMPION);
    std::erase_if(challengers_, [version](const v1::Model& challenger) { return challenger.version() <= version; });
  }
  streams_.WakeAll();
}

void ScriptedTrainerService::AddChallenger(int64_t version, const TrainedModel& model, bool damaged) {
  {
    MutexLock lock(&mutex_);
    v1::Model challenger = Keep(version, model, damaged);
    challenger.set_state(v1::Model::CHALLENGER);
    challengers_.insert(challengers_.begin(), std::move(challenger));
  }
  streams_.WakeAll();
}

grpc::ServerWriteReactor<v1::WatchChampionResponse>* ScriptedTrainerService::WatchChampion(
    grpc::CallbackServerContext*, const v1::WatchChampionRequest* request) {
  return streams_.Serve<v1::WatchChampionResponse>(std::make_unique<ChampionStream>(this, request->challengers()),
                                                   absl::InfiniteDuration());
}

grpc::ServerWriteReactor<v1::DownloadModelResponse>* ScriptedTrainerService::DownloadModel(
    grpc::CallbackServerContext*, const v1::DownloadModelRequest* request) {
  std::string bytes;
  {
    MutexLock lock(&mutex_);
    if (const auto file = files_.find(request->name()); file != files_.end()) bytes = file->second;
  }
  return streams_.Serve<v1::DownloadModelResponse>(std::make_unique<FileStream>(std::move(bytes)),
                                                   absl::InfiniteDuration());
}

}  // namespace ebb::scorer::testing
