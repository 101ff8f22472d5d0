#include "trainer/training_slot.h"

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "runtime/log.h"
#include "trainer/resource_name.h"

namespace ebb::trainer {
namespace {

google::protobuf::Timestamp TimestampOf(absl::Time time) {
  return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

}  // namespace

TrainingSlot::TrainingSlot(Registry* registry, const Clock* clock, Work work, std::function<void()> on_change)
    : registry_(registry), clock_(clock), work_(std::move(work)), on_change_(std::move(on_change)) {}

TrainingSlot::~TrainingSlot() { Stop(); }

absl::StatusOr<v1::Training> TrainingSlot::Start(const v1::TrainingOptions& options, const std::string& trigger) {
  v1::Training started;
  {
    MutexLock lock(&mutex_);
    if (stopping_) return absl::UnavailableError("the trainer is shutting down");
    if (running_) {
      return absl::FailedPreconditionError(
          absl::StrCat("`", running_->name(), "` is running; wait for its end or cancel it"));
    }
    v1::Training training;
    training.set_state(v1::Training::RUNNING);
    training.set_trigger(trigger);
    *training.mutable_start_time() = TimestampOf(clock_->Now());
    *training.mutable_options() = options;
    absl::StatusOr<v1::Training> added = registry_->AddTraining(std::move(training));
    if (!added.ok()) return added;
    if (thread_.joinable()) thread_.join();  // of the training before, which has left the slot
    cancelled_ = false;
    decided_ = false;
    started = *std::move(added);
    running_ = started;
    thread_ = std::thread([this, started] { RunAndRecord(started); });
  }
  Log(Level::kInfo, "trainer", "training started", {{"training", started.name()}, {"trigger", trigger}});
  on_change_();
  return started;
}

absl::StatusOr<v1::Training> TrainingSlot::Cancel(int64_t id) {
  {
    MutexLock lock(&mutex_);
    if (running_ && running_->name() == TrainingName(id)) {
      if (decided_) {
        return absl::FailedPreconditionError(
            absl::StrCat("`", running_->name(), "` has done its work and is about to end; it cannot be cancelled now"));
      }
      cancelled_ = true;
      return *running_;
    }
  }
  absl::StatusOr<v1::Training> ended = registry_->GetTraining(id);
  if (!ended.ok()) return ended;
  return absl::FailedPreconditionError(
      absl::StrCat("`", ended->name(), "` has ended as ", v1::Training::State_Name(ended->state())));
}

absl::StatusOr<v1::Training> TrainingSlot::Get(int64_t id) const {
  {
    MutexLock lock(&mutex_);
    if (running_ && running_->name() == TrainingName(id)) return *running_;
  }
  return registry_->GetTraining(id);
}

absl::StatusOr<Page<v1::Training>> TrainingSlot::List(int64_t before, int page_size) const {
  absl::StatusOr<Page<v1::Training>> page = registry_->ListTrainings(before, page_size);
  if (!page.ok()) return page;
  MutexLock lock(&mutex_);
  for (v1::Training& training : page->items) {
    if (running_ && training.name() == running_->name()) training = *running_;
  }
  return page;
}

bool TrainingSlot::busy() const {
  MutexLock lock(&mutex_);
  return running_.has_value();
}

void TrainingSlot::Stop() {
  std::thread thread;
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    cancelled_ = true;
    thread = std::move(thread_);
  }
  if (thread.joinable()) thread.join();
}

void TrainingSlot::RunAndRecord(v1::Training training) {
  const absl::StatusOr<int64_t> id = ParseTrainingName(training.name());  // the registry's own
  const std::unique_ptr<TrialJournal> journal = registry_->OpenJournal(id.value_or(0));
  TrainingControls controls{.cancelled = [this] { return cancelled_.load(); },
                            .progress = [this](const v1::TrainingProgress& progress) { SetProgress(progress); },
                            .journal = journal.get()};
  absl::StatusOr<TrainedResult> result = work_(training.options(), controls);
  const absl::Status end = DecideEnd(result.status(), &training);
  if (end.ok()) {
    Publish(*std::move(result), std::move(training));
  } else {
    End(std::move(training), end);
  }
}

// What a Cancel or Stop before this moment asked for comes true; a Cancel after it is refused.
absl::Status TrainingSlot::DecideEnd(const absl::Status& done, v1::Training* training) {
  MutexLock lock(&mutex_);
  decided_ = true;
  *training->mutable_progress() = running_->progress();
  if (!cancelled_ || absl::IsCancelled(done)) return done;
  return absl::CancelledError(done.ok() ? "cancelled before its model was published" : done.message());
}

void TrainingSlot::Publish(TrainedResult result, v1::Training training) {
  training.mutable_progress()->set_step("publish");
  training.mutable_progress()->set_done(0);
  training.mutable_progress()->set_total(0);
  SetProgress(training.progress());
  absl::StatusOr<v1::Model> model = registry_->Publish(result.model, Ended(training), result.promote);
  if (!model.ok()) return End(std::move(training), model.status());
  Log(Level::kInfo, "trainer", "training succeeded",
      {{"training", training.name()},
       {"model", model->name()},
       {"state", v1::Model::State_Name(model->state())},
       {"holdout_roc_auc", result.model.report.holdout().roc_auc()}});
  Leave();
}

void TrainingSlot::End(v1::Training training, const absl::Status& why) {
  training = Ended(std::move(training));
  bool stopping = false;
  {
    MutexLock lock(&mutex_);
    stopping = stopping_;
  }
  if (!absl::IsCancelled(why)) {
    training.set_state(v1::Training::FAILED);
    training.set_error(why.ToString(absl::StatusToStringMode::kWithNoExtraData));
  } else {
    training.set_state(stopping ? v1::Training::INTERRUPTED : v1::Training::CANCELLED);
  }
  Log(Level::kWarning, "trainer", "training ended without a model",
      {{"training", training.name()},
       {"state", v1::Training::State_Name(training.state())},
       {"reason", why.ToString()}});
  if (absl::Status status = registry_->UpdateTraining(training); !status.ok()) {
    Log(Level::kError, "trainer", "the end of a training could not be kept", {{"reason", status.ToString()}});
  }
  Leave();
}

v1::Training TrainingSlot::Ended(v1::Training training) const {
  *training.mutable_end_time() = TimestampOf(clock_->Now());
  return training;
}

// The registry knows the end before the slot forgets the training: nobody sees it RUNNING after it has ended.
void TrainingSlot::Leave() {
  {
    MutexLock lock(&mutex_);
    running_.reset();
  }
  on_change_();
}

void TrainingSlot::SetProgress(const v1::TrainingProgress& progress) {
  {
    MutexLock lock(&mutex_);
    v1::TrainingProgress* now = running_->mutable_progress();
    const double best_roc_auc = now->best_roc_auc();
    const std::string best_candidate = now->best_candidate();
    const int64_t taken_over = now->trials_taken_over();
    *now = progress;
    if (progress.best_candidate().empty()) {  // steps other than the search do not know it
      now->set_best_roc_auc(best_roc_auc);
      now->set_best_candidate(best_candidate);
      now->set_trials_taken_over(taken_over);
    }
  }
  on_change_();
}

}  // namespace ebb::trainer
