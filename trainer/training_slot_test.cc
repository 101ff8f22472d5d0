#include "trainer/training_slot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/support/patience.h"
#include "trainer/rocks_registry.h"
#include "trainer/training_options.h"
#include "trainer/training_schedule.h"

namespace ebb::trainer {
namespace {

using ebb::testing::kPatience;

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// A slot whose trainings do as they are told: each waits until it is released or cancelled, then ends with `outcome`.
class TrainingSlotTest : public ::testing::Test {
 protected:
  TrainingSlotTest() : path_(fs::path(::testing::TempDir()) / absl::StrCat("slot-", ::getpid(), "-", ++count_)) {
    fs::remove_all(path_);
    registry_ = *RocksRegistry::Open({.path = path_, .clock = &clock_, .on_write_error = {}});
    slot_ = std::make_unique<TrainingSlot>(
        registry_.get(), &clock_,
        [this](const v1::TrainingOptions&, const TrainingControls& controls) { return Train(controls); },
        [this] {
          if (on_change_) on_change_();
          MutexLock lock(&mutex_);
          ++changes_;
          changed_.SignalAll();
        });
  }
  ~TrainingSlotTest() override {
    slot_.reset();
    registry_.reset();
    fs::remove_all(path_);
  }

  absl::StatusOr<TrainedResult> Train(const TrainingControls& controls) {
    v1::TrainingProgress progress;
    progress.set_step("search");
    progress.set_best_roc_auc(0.9);
    progress.set_best_candidate("decision_tree");
    progress.set_trials_taken_over(controls.journal->Find(TrialKey{1}) ? 1 : 0);
    controls.progress(progress);
    controls.journal->Record(TrialKey{1}, {.roc_aucs = {0.9}, .seconds = 1});
    MutexLock lock(&mutex_);
    while (!released_) {
      if (controls.cancelled()) return absl::CancelledError("as asked");
      changed_.WaitWithTimeout(&mutex_, absl::Milliseconds(5));
    }
    if (!outcome_.ok()) return outcome_;
    TrainedResult result;
    result.model.file = "model";
    result.promote = true;
    return result;
  }

  void Release(absl::Status outcome = absl::OkStatus()) {
    MutexLock lock(&mutex_);
    released_ = true;
    outcome_ = std::move(outcome);
    changed_.SignalAll();
  }

  void WaitUntilIdle() {
    const absl::Time deadline = absl::Now() + kPatience;
    MutexLock lock(&mutex_);
    while (slot_->busy()) {
      ASSERT_LT(absl::Now(), deadline);
      changed_.WaitWithTimeout(&mutex_, absl::Milliseconds(5));
    }
  }

  v1::Training Start() { return *slot_->Start(DefaultTrainingOptions(), "request"); }

  static inline int count_ = 0;
  const fs::path path_;
  ManualClock clock_{absl::FromUnixSeconds(1'000'000)};
  std::unique_ptr<RocksRegistry> registry_;

  Mutex mutex_;
  CondVar changed_;
  bool released_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status outcome_ ABSL_GUARDED_BY(mutex_);
  int changes_ ABSL_GUARDED_BY(mutex_) = 0;

  std::function<void()> on_change_;  // set before a training starts
  std::unique_ptr<TrainingSlot> slot_;
};

TEST_F(TrainingSlotTest, RecordsATrainingFromStartToModel) {
  const v1::Training started = Start();
  EXPECT_EQ(started.name(), "trainings/1");
  EXPECT_EQ(started.state(), v1::Training::RUNNING);
  EXPECT_EQ(started.options().folds(), 5);
  clock_.Advance(absl::Seconds(7));
  Release();
  WaitUntilIdle();
  const v1::Training ended = *slot_->Get(1);
  EXPECT_EQ(ended.state(), v1::Training::SUCCEEDED);
  EXPECT_EQ(ended.model(), "models/1");
  EXPECT_EQ(ended.end_time().seconds() - ended.start_time().seconds(), 7);
  EXPECT_EQ(ended.progress().step(), "publish");
  EXPECT_EQ(ended.progress().best_candidate(), "decision_tree");
  EXPECT_EQ(registry_->Champion(), 1);
}

TEST_F(TrainingSlotTest, RefusesASecondTrainingNamingTheFirst) {
  Start();
  const absl::Status second = slot_->Start(DefaultTrainingOptions(), "request").status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.message()), HasSubstr("`trainings/1` is running"));
  Release();
  WaitUntilIdle();
  EXPECT_EQ(Start().name(), "trainings/2");
}

TEST_F(TrainingSlotTest, CancelEndsItWithoutAModel) {
  Start();
  EXPECT_EQ(slot_->Cancel(1)->state(), v1::Training::RUNNING);
  WaitUntilIdle();
  EXPECT_EQ(slot_->Get(1)->state(), v1::Training::CANCELLED);
  EXPECT_EQ(registry_->Champion(), std::nullopt);
  const absl::Status again = slot_->Cancel(1).status();
  EXPECT_EQ(again.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(again.message()), HasSubstr("`trainings/1` has ended as CANCELLED"));
  EXPECT_EQ(slot_->Cancel(5).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(TrainingSlotTest, TheTrialsOfATrainingWithoutAModelAreTheNextOnes) {
  Start();
  EXPECT_EQ(slot_->Cancel(1)->state(), v1::Training::RUNNING);
  WaitUntilIdle();
  Release();
  for (const int64_t id : {2, 3}) {
    Start();
    WaitUntilIdle();
    const v1::Training ended = *slot_->Get(id);
    EXPECT_EQ(ended.state(), v1::Training::SUCCEEDED);
    EXPECT_EQ(ended.progress().step(), "publish") << "later steps keep the figure";
    EXPECT_EQ(ended.progress().trials_taken_over(), id == 2 ? 1 : 0) << "a model ends the journal";
  }
}

// A Cancel that came too late says so: nobody is told CANCELLED of a training whose model serves.
TEST_F(TrainingSlotTest, CancelIsRefusedOnceTheModelIsBeingPublished) {
  std::vector<absl::Status> answers;
  on_change_ = [&] {
    const auto training = slot_->Get(1);
    if (training.ok() && training->state() == v1::Training::RUNNING && training->progress().step() == "publish") {
      answers.push_back(slot_->Cancel(1).status());
    }
  };
  Start();
  Release();
  WaitUntilIdle();
  slot_->Stop();  // its thread has ended: `answers` is ours
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(answers[0].message()), HasSubstr("`trainings/1` has done its work"));
  EXPECT_EQ(slot_->Get(1)->state(), v1::Training::SUCCEEDED);
  EXPECT_EQ(registry_->Champion(), 1);
}

TEST_F(TrainingSlotTest, AFailedTrainingSaysWhy) {
  Start();
  Release(absl::FailedPreconditionError("too few rows"));
  WaitUntilIdle();
  EXPECT_EQ(slot_->Get(1)->state(), v1::Training::FAILED);
  EXPECT_EQ(slot_->Get(1)->error(), "FAILED_PRECONDITION: too few rows");
}

TEST_F(TrainingSlotTest, StopLeavesItInterruptedAndTakesNoMore) {
  Start();
  slot_->Stop();
  EXPECT_EQ(slot_->Get(1)->state(), v1::Training::INTERRUPTED);
  EXPECT_EQ(slot_->Start(DefaultTrainingOptions(), "request").status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(TrainingSlotTest, ListShowsTheProgressOfTheRunningOne) {
  Start();
  const absl::Time deadline = absl::Now() + kPatience;
  std::string step;
  while (step != "search" && absl::Now() < deadline) step = slot_->List(0, 10)->items.front().progress().step();
  EXPECT_EQ(step, "search");
}

TEST(UntilDue, CountsFromTheLastEnd) {
  const absl::Time now = absl::FromUnixSeconds(100'000);
  const absl::Duration day = absl::Hours(24);
  const struct {
    const char* what;
    std::optional<absl::Time> last_end;
    absl::Duration want;
  } kCases[] = {
      {"never trained", std::nullopt, absl::ZeroDuration()}, {"just ended", now, day},
      {"half way", now - absl::Hours(12), absl::Hours(12)},  {"due", now - day, absl::ZeroDuration()},
      {"overdue", now - 3 * day, absl::ZeroDuration()},      {"the clock was set back", now + 10 * day, day},
  };
  for (const auto& c : kCases) EXPECT_EQ(UntilDue(now, c.last_end, day), c.want) << c.what;
}

class TrainingScheduleTest : public TrainingSlotTest {
 protected:
  absl::Status ready_;
  TrainingSchedule ScheduleBy(const TrainingTriggers& triggers) {
    return TrainingSchedule(
        triggers, registry_.get(), &clock_, slot_.get(), [this] { return ready_; },
        [this] {
          ++looks_;
          return change_;
        });
  }

  absl::StatusOr<TrainingSetChange> change_ = TrainingSetChange{};
  int looks_ = 0;
  TrainingSchedule schedule_ = ScheduleBy({.interval = absl::Hours(24)});
};

TEST_F(TrainingScheduleTest, TheFirstTrainingWaitsForLabelledRows) {
  ready_ = absl::FailedPreconditionError("3 labelled rows");
  EXPECT_EQ(schedule_.RunOnce(), absl::Minutes(1));
  EXPECT_FALSE(slot_->busy());
  EXPECT_EQ(slot_->List(0, 10)->items.size(), 0u);
  ready_ = absl::OkStatus();
  schedule_.RunOnce();
  EXPECT_EQ(slot_->Get(1)->trigger(), "schedule");
}

TEST_F(TrainingScheduleTest, TheIntervalCountsFromTheEndOfTheLastTraining) {
  schedule_.RunOnce();
  clock_.Advance(absl::Hours(30));
  EXPECT_EQ(schedule_.RunOnce(), absl::Minutes(1));  // the first still runs
  Release();
  WaitUntilIdle();
  schedule_.RunOnce();
  clock_.Advance(absl::Hours(24) - absl::Seconds(1));
  EXPECT_EQ(schedule_.RunOnce(), absl::Seconds(1));
  EXPECT_EQ(slot_->List(0, 10)->items.size(), 1u);
  clock_.Advance(absl::Seconds(1));
  schedule_.RunOnce();
  WaitUntilIdle();
  EXPECT_EQ(slot_->List(0, 10)->items.size(), 2u);
}

TEST_F(TrainingScheduleTest, ChangeIsLookedAtEachCheckIntervalAndStartsATraining) {
  TrainingSchedule by_change = ScheduleBy({.new_labels = 100, .drift = 0.25});
  EXPECT_EQ(by_change.RunOnce(), absl::Minutes(1));
  Release();
  WaitUntilIdle();
  EXPECT_EQ(slot_->Get(1)->trigger(), "labels: the first model");
  EXPECT_EQ(looks_, 0) << "against no model there is no change";

  by_change.RunOnce();
  EXPECT_EQ(looks_, 0) << "before the interval has passed";
  clock_.Advance(absl::Hours(1));
  by_change.RunOnce();
  EXPECT_EQ(looks_, 1);
  EXPECT_EQ(slot_->List(0, 10)->items.size(), 1u) << "nothing has changed";

  change_ = TrainingSetChange{.new_labels = 99, .drifts = {{"minutes", 0.312}, {"tier", 0.1}}};
  clock_.Advance(absl::Hours(1));
  by_change.RunOnce();
  WaitUntilIdle();
  EXPECT_EQ(slot_->Get(2)->trigger(), "drift: minutes 0.31");

  change_ = absl::UnavailableError("the store is away");
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(by_change.RunOnce(), absl::Minutes(1));
  EXPECT_EQ(slot_->List(0, 10)->items.size(), 2u);
}

TEST_F(TrainingScheduleTest, AClockSetBackDoesNotPutTheNextLookOff) {
  TrainingSchedule by_change = ScheduleBy({.new_labels = 1});
  by_change.RunOnce();
  Release();
  WaitUntilIdle();
  clock_.Advance(-absl::Hours(50));
  by_change.RunOnce();
  clock_.Advance(absl::Hours(1));
  by_change.RunOnce();
  EXPECT_EQ(looks_, 1);
}

TEST(TriggerOf, NamesLabelsBeforeDrift) {
  const TrainingSetChange change{.new_labels = 120, .drifts = {{"minutes", 0.4}}};
  EXPECT_EQ(TriggerOf(change, {.new_labels = 120, .drift = 0.1}), "labels: 120 more");
  EXPECT_EQ(TriggerOf(change, {.new_labels = 121, .drift = 0.4}), "drift: minutes 0.4");
  EXPECT_EQ(TriggerOf(change, {.new_labels = 121, .drift = 0.41}), std::nullopt);
  EXPECT_EQ(TriggerOf(change, {}), std::nullopt);
  EXPECT_EQ(TriggerOf({}, {.drift = 0.1}), std::nullopt);
}

}  // namespace
}  // namespace ebb::trainer
