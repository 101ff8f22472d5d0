#include "scorer/testing/scripted_trainer_service.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "model/model_file.h"
#include "runtime/digest.h"

namespace ebb::scorer::testing {

class ScriptedTrainerService::ChampionStream final : public StreamSource<v1::WatchChampionResponse> {
 public:
  explicit ChampionStream(ScriptedTrainerService* trainer) : trainer_(trainer) {}
  Pull Next(v1::WatchChampionResponse* message) override {
    MutexLock lock(&trainer_->mutex_);
    if (trainer_->champion_.digest() == sent_) return Pull::kIdle;
    sent_ = trainer_->champion_.digest();
    *message->mutable_model() = trainer_->champion_;
    return Pull::kMessage;
  }

 private:
  ScriptedTrainerService* const trainer_;
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

void ScriptedTrainerService::Promote(int64_t version, const TrainedModel& model) {
  const std::string bytes = SerializeModelFile(model);
  Announce(version, Sha256Hex(bytes), bytes);
}

void ScriptedTrainerService::PromoteDamaged(int64_t version, const TrainedModel& model) {
  std::string bytes = SerializeModelFile(model);
  const std::string digest = Sha256Hex(bytes);
  bytes.back() ^= 1;
  Announce(version, digest, bytes);
}

void ScriptedTrainerService::Announce(int64_t version, std::string digest, std::string bytes) {
  {
    MutexLock lock(&mutex_);
    champion_.set_name(absl::StrCat("models/", version));
    champion_.set_version(version);
    champion_.set_state(v1::Model::CHAMPION);
    champion_.set_digest(std::move(digest));
    champion_.set_size_bytes(static_cast<int64_t>(bytes.size()));
    bytes_ = std::move(bytes);
  }
  streams_.WakeAll();
}

grpc::ServerWriteReactor<v1::WatchChampionResponse>* ScriptedTrainerService::WatchChampion(
    grpc::CallbackServerContext*, const v1::WatchChampionRequest*) {
  return streams_.Serve<v1::WatchChampionResponse>(std::make_unique<ChampionStream>(this), absl::InfiniteDuration());
}

grpc::ServerWriteReactor<v1::DownloadModelResponse>* ScriptedTrainerService::DownloadModel(
    grpc::CallbackServerContext*, const v1::DownloadModelRequest* request) {
  std::string bytes;
  {
    MutexLock lock(&mutex_);
    if (request->name() == champion_.name()) bytes = bytes_;
  }
  return streams_.Serve<v1::DownloadModelResponse>(std::make_unique<FileStream>(std::move(bytes)),
                                                   absl::InfiniteDuration());
}

}  // namespace ebb::scorer::testing
