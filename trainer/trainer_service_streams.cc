#include "trainer/trainer_service_streams.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

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

// Up to `most` challengers whose version is greater than the champion's, newest first, without reports.
absl::StatusOr<std::vector<v1::Model>> NewerChallengers(const Registry& registry, int64_t champion, size_t most) {
  constexpr int kPageSize = 50;
  std::vector<v1::Model> challengers;
  int64_t before = 0;
  while (challengers.size() < most) {
    absl::StatusOr<Page<v1::Model>> page = registry.ListModels(before, kPageSize, /*with_reports=*/false);
    if (!page.ok()) return page.status();
    for (v1::Model& model : page->items) {
      if (model.version() <= champion || challengers.size() == most) return challengers;
      if (model.state() == v1::Model::CHALLENGER) challengers.push_back(std::move(model));
    }
    if (page->next_before == 0) break;
    before = page->next_before;
  }
  return challengers;
}

class ChampionSource final : public StreamSource<v1::WatchChampionResponse> {
 public:
  ChampionSource(const Registry* registry, int challengers)
      : registry_(registry), challengers_(static_cast<size_t>(challengers)) {}

  Pull Next(v1::WatchChampionResponse* message) override {
    const std::optional<int64_t> champion = registry_->Champion();
    if (!champion) return Pull::kIdle;
    absl::StatusOr<std::vector<v1::Model>> challengers = NewerChallengers(*registry_, *champion, challengers_);
    if (!challengers.ok()) return Fail(challengers.status());
    std::vector<int64_t> versions = {*champion};
    for (const v1::Model& challenger : *challengers) versions.push_back(challenger.version());
    if (versions == sent_) return Pull::kIdle;  // a change of something else
    absl::StatusOr<v1::Model> model = registry_->GetModel(*champion);
    if (!model.ok()) return Fail(model.status());
    sent_ = std::move(versions);
    *message->mutable_model() = *std::move(model);
    message->mutable_model()->clear_report();
    message->mutable_challengers()->Assign(challengers->begin(), challengers->end());
    return Pull::kMessage;
  }

  absl::Status status() const override { return status_; }

 private:
  Pull Fail(const absl::Status& status) {
    status_ = status;
    return Pull::kDone;
  }

  const Registry* const registry_;
  const size_t challengers_;
  std::vector<int64_t> sent_;  // the champion's version, then the challengers'
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

std::unique_ptr<StreamSource<v1::WatchChampionResponse>> ChampionStream(const Registry* registry, int challengers) {
  return std::make_unique<ChampionSource>(registry, challengers);
}

std::unique_ptr<StreamSource<v1::DownloadModelResponse>> FileStream(std::string file) {
  return std::make_unique<FileSource>(std::move(file));
}

}  // namespace ebb::trainer
