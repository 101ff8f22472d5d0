#include "trainer/trainer_metrics.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/log.h"
#include "trainer/resource_name.h"

namespace ebb::trainer {
namespace {

constexpr int kPage = 100;

// Timestamps and durations have the same fields.
template <typename Time>
double Seconds(const Time& time) {
  return static_cast<double>(time.seconds()) + time.nanos() * 1e-9;
}

void AddTrainings(const TrainerState& state, MetricPage* page) {
  const auto total = [&](const char* outcome, v1::Training::State ended) {
    page->AddCounter("ebb_trainer_trainings_total", "Trainings in the registry, by how they ended.",
                     static_cast<double>(state.trainings.ended[ended]), {{"outcome", outcome}});
  };
  total("succeeded", v1::Training::SUCCEEDED);
  total("failed", v1::Training::FAILED);
  total("cancelled", v1::Training::CANCELLED);
  total("interrupted", v1::Training::INTERRUPTED);
  page->AddGauge("ebb_trainer_training_running", "1 while a training runs.", state.running ? 1 : 0);
  if (!state.trainings.last.has_value()) return;
  const v1::Training& last = *state.trainings.last;
  page->AddGauge("ebb_trainer_last_training_seconds", "How long the last training that ended took.",
                 Seconds(last.end_time()) - Seconds(last.start_time()));
  page->AddGauge("ebb_trainer_last_training_end_seconds", "When it ended, in seconds since 1970 UTC.",
                 Seconds(last.end_time()));
}

void AddChampion(const TrainerState& state, MetricPage* page) {
  page->AddGauge("ebb_trainer_champion_version", "The model that is served; 0: none yet.",
                 state.champion.has_value() ? static_cast<double>(state.champion->version()) : 0);
  if (!state.champion.has_value()) return;
  const v1::MetricSet& holdout = state.champion->report().holdout();
  page->AddGauge("ebb_trainer_champion_created_seconds", "When it was published, in seconds since 1970 UTC.",
                 Seconds(state.champion->create_time()));
  page->AddGauge("ebb_trainer_champion_holdout_roc_auc", "Its ROC-AUC on the hold-out when it was made.",
                 holdout.roc_auc());
  page->AddGauge("ebb_trainer_champion_holdout_brier", "Its Brier score on the hold-out when it was made.",
                 holdout.brier());
}

void AddDrift(const v1::ModelHealth& health, MetricPage* page) {
  page->AddGauge("ebb_trainer_health_look_failed", "1 where the last look at the champion's health failed.",
                 health.problem().empty() ? 0 : 1);
  if (!health.has_look_time()) return;
  page->AddGauge("ebb_trainer_health_look_end_seconds", "The last look that succeeded, in seconds since 1970 UTC.",
                 Seconds(health.look_time()));
  page->AddGauge("ebb_trainer_health_model_version", "The model that it looked at.",
                 static_cast<double>(health.model_version()));
  page->AddGauge("ebb_trainer_drift_rows", "Rows that drift was measured on.",
                 static_cast<double>(health.drift_rows()));
  page->AddGauge("ebb_trainer_drift_bound", "A stability index above it is much.", health.drift_bound());
  for (const v1::FeatureDrift& drift : health.drifts()) {
    page->AddGauge("ebb_trainer_drift_stability_index",
                   "Population stability index of an input or of the probability, against the rows of training.",
                   drift.stability_index(), {{"of", drift.name()}});
  }
}

void AddQuality(const v1::ModelHealth& health, MetricPage* page) {
  if (!health.has_look_time()) return;
  page->AddGauge("ebb_trainer_matured_rows", "Labelled rows that came after the champion was made.",
                 static_cast<double>(health.matured_rows()));
  page->AddGauge("ebb_trainer_matured_declined", "Of these, declined.", static_cast<double>(health.matured_declined()));
  if (!health.has_quality()) return;
  const v1::LiveQuality& quality = health.quality();
  const auto gauge = [&](const char* name, const char* help, double value) { page->AddGauge(name, help, value); };
  gauge("ebb_trainer_live_roc_auc", "The champion's ROC-AUC on them.", quality.roc_auc());
  gauge("ebb_trainer_live_brier", "Its Brier score on them.", quality.brier());
  gauge("ebb_trainer_live_calibration_error", "Its expected calibration error on them.", quality.calibration_error());
  gauge("ebb_trainer_live_base_rate", "Share of declined among them.", quality.base_rate());
  gauge("ebb_trainer_live_mean_probability", "Mean of its probabilities of them.", quality.mean_probability());
}

}  // namespace

TrainingTotals TrainingTally::Read() {
  MutexLock lock(&mutex_);
  if (absl::Status counted = Count(); !counted.ok()) {
    Log(Level::kWarning, "metrics", "the trainings cannot be counted", {{"reason", counted.ToString()}});
  }
  return totals_;
}

absl::Status TrainingTally::Count() {
  std::vector<v1::Training> fresh;  // the newest first
  for (int64_t before = 0; true;) {
    absl::StatusOr<Page<v1::Training>> page = registry_->ListTrainings(before, kPage);
    if (!page.ok()) return page.status();
    before = page->next_before;
    for (v1::Training& training : page->items) {
      const absl::StatusOr<int64_t> id = ParseTrainingName(training.name());
      if (!id.ok()) return id.status();
      if (*id <= counted_to_) before = 0;
      if (*id > counted_to_ && training.state() != v1::Training::RUNNING) fresh.push_back(std::move(training));
    }
    if (before == 0) break;
  }
  for (const v1::Training& training : fresh) ++totals_.ended[training.state()];
  if (fresh.empty()) return absl::OkStatus();
  counted_to_ = *ParseTrainingName(fresh.front().name());
  totals_.last = std::move(fresh.front());
  return absl::OkStatus();
}

void AddTrainerMetrics(const TrainerState& state, MetricPage* page) {
  AddTrainings(state, page);
  AddChampion(state, page);
  AddDrift(state.health, page);
  AddQuality(state.health, page);
}

}  // namespace ebb::trainer
