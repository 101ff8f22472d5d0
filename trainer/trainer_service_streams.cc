#include "trainer/trainer_service_streams.h"

#include <algorithm>
#include <optional>

namespace ebb::trainer {
namespace {

constexpr size_t kPartBytes = 1 << 20;

class TrainingSource final : public StreamSource<v1::Training> {
 public:
  TrainingSource(const TrainingSlot* slot, int64_t id) : slot_(slot), id_(id) {}

  Pull Next(v1::Training* message) override {
    if (ended_) return Pull::kDone;
    absl::StatusOr<v1::Training> training = slot_->Get(id_);
    if (!training.ok()) {
      status_ = training.status();
      return Pull::kDone;
    }
    ended_ = training->state() != v1::Training::RUNNING;
    std::string bytes = training->SerializeAsString();
    if (bytes == sent_) return Pull::kIdle;  // a change of something else
    sent_ = std::move(bytes);
    *message = *std::move(training);
    return Pull::kMessage;
  }

  absl::Status status() const override { return status_; }

 private:
  const TrainingSlot* const slot_;
  const int64_t id_;
  std::string sent_;
  bool ended_ = false;
  absl::Status status_;
};

class ChampionSource final : public StreamSource<v1::WatchChampionResponse> {
 public:
  explicit ChampionSource(const Registry* registry) : registry_(registry) {}

  Pull Next(v1::WatchChampionResponse* message) override {
    const std::optional<int64_t> champion = registry_->Champion();
    if (!champion || champion == sent_) return Pull::kIdle;
    absl::StatusOr<v1::Model> model = registry_->GetModel(*champion);
    if (!model.ok()) {
      status_ = model.status();
      return Pull::kDone;
    }
    sent_ = champion;
    *message->mutable_model() = *std::move(model);
    message->mutable_model()->clear_report();
    return Pull::kMessage;
  }

  absl::Status status() const override { return status_; }

 private:
  const Registry* const registry_;
  std::optional<int64_t> sent_;
  absl::Status status_;
};

class FileSource final : public StreamSource<v1::DownloadModelResponse> {
 public:
  explicit FileSource(std::string file) : file_(std::move(file)) {}

  Pull Next(v1::DownloadModelResponse* message) override {
    if (position_ == file_.size()) return Pull::kDone;
    const size_t size = std::min(kPartBytes, file_.size() - position_);
    message->set_data(file_.data() + position_, size);
    position_ += size;
    return Pull::kMessage;
  }

 private:
  const std::string file_;
  size_t position_ = 0;
};

}  // namespace

std::unique_ptr<StreamSource<v1::Training>> TrainingStream(const TrainingSlot* slot, int64_t id) {
  return std::make_unique<TrainingSource>(slot, id);
}

std::unique_ptr<StreamSource<v1::WatchChampionResponse>> ChampionStream(const Registry* registry) {
  return std::make_unique<ChampionSource>(registry);
}

std::unique_ptr<StreamSource<v1::DownloadModelResponse>> FileStream(std::string file) {
  return std::make_unique<FileSource>(std::move(file));
}

}  // namespace ebb::trainer
