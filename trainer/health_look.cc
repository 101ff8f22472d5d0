#include "trainer/health_look.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "model/model_file.h"
#include "trainer/evaluation/metrics.h"
#include "trainer/evaluation/months_later.h"
#include "trainer/report/drift.h"
#include "trainer/resource_name.h"
#include "trainer/score_by_name.h"
#include "trainer/training_options.h"

namespace ebb::trainer {
namespace {

using google::protobuf::util::TimeUtil;

constexpr int kMostDates = 24;
constexpr int kDefaultHorizonMonths = 3;  // as PurchaseDecline has it

void SetDates(std::span<const int64_t> micros, v1::ReadTrainingSetRequest* request) {
  request->clear_as_of();
  for (const int64_t date : micros) *request->add_as_of() = TimeUtil::MicrosecondsToTimestamp(date);
}

void KeepLaterThan(int64_t micros, TrainingSet* set) {
  std::vector<uint32_t> rows;
  for (uint32_t row = 0; row < set->dataset.rows(); ++row) {
    if (set->dataset.as_of_micros()[row] > micros) rows.push_back(row);
  }
  set->dataset = set->dataset.Select(rows);
  std::erase_if(set->as_of_micros, [micros](int64_t date) { return date <= micros; });
}

void DescribeDrift(const v1::ModelReport& report, const Dataset& rows, std::span<const double> probabilities,
                   v1::ModelHealth* health) {
  for (const Drift& drift : MeasureDrift(report, rows, probabilities)) {
    v1::FeatureDrift* told = health->add_drifts();
    told->set_name(drift.of);
    told->set_stability_index(drift.stability_index);
  }
}

}  // namespace

std::vector<absl::Time> MaturedDates(absl::Time last, int horizon_months, absl::Time now) {
  std::vector<absl::Time> dates;
  for (int months = 1; MonthsLater(last, months + horizon_months) <= now; ++months) {
    dates.push_back(MonthsLater(last, months));
  }
  if (dates.size() > kMostDates) dates.erase(dates.begin(), dates.end() - kMostDates);
  return dates;
}

void MeasureQuality(std::span<const Score> scores, std::span<const uint8_t> labels, v1::ModelHealth* health) {
  const auto rows = static_cast<int64_t>(labels.size());
  const auto declined = static_cast<int64_t>(std::count_if(labels.begin(), labels.end(), [](uint8_t l) { return l; }));
  health->set_matured_rows(rows);
  health->set_matured_declined(declined);
  if (std::min(declined, rows - declined) < kLeastMaturedOfAClass) {
    health->set_quality_missing(absl::StrCat(rows, " rows have matured since the model was made, ", declined,
                                             " of them declined; at least ", kLeastMaturedOfAClass,
                                             " of each class are needed"));
    return;
  }
  std::vector<double> ranking, probabilities;
  double sum = 0;
  for (const Score& score : scores) {
    ranking.push_back(score.ranking_score);
    probabilities.push_back(score.probability);
    sum += score.probability;
  }
  v1::LiveQuality* quality = health->mutable_quality();
  quality->set_roc_auc(RocAuc(ranking, labels));
  quality->set_brier(BrierScore(probabilities, labels));
  quality->set_calibration_error(ExpectedCalibrationError(probabilities, labels));
  quality->set_base_rate(static_cast<double>(declined) / static_cast<double>(rows));
  quality->set_mean_probability(sum / static_cast<double>(rows));
}

absl::StatusOr<v1::ModelHealth> HealthLook::Look(const CancelFn& cancelled) const {
  const std::optional<int64_t> version = parts_.registry->Champion();
  if (!version.has_value()) return absl::FailedPreconditionError("there is no champion yet");
  const absl::StatusOr<v1::Model> champion = parts_.registry->GetModel(*version);
  if (!champion.ok()) return champion.status();
  const absl::StatusOr<v1::TrainingOptions> options = OptionsOf(*champion);
  if (!options.ok()) return options.status();
  const absl::StatusOr<std::string> file = parts_.registry->ReadModelFile(*version);
  if (!file.ok()) return file.status();
  const absl::StatusOr<TrainedModel> model = ParseModelFile(*file);
  if (!model.ok()) return model.status();
  const std::vector<int64_t>& dates = model->lineage.as_of_micros;
  if (dates.empty()) return absl::FailedPreconditionError("the champion does not say which as-of times it is made of");
  const absl::Time last_as_of = absl::FromUnixMicros(*std::max_element(dates.begin(), dates.end()));
  const absl::StatusOr<Rows> rows = ReadRows(options->training_set(), last_as_of, cancelled);
  if (!rows.ok()) return rows.status();

  const Dataset& dataset = rows->set.dataset;
  const absl::StatusOr<std::vector<Score>> scores = ScoreByName(*model, dataset, AllRows(dataset));
  if (!scores.ok()) return scores.status();
  std::vector<double> probabilities;
  for (const Score& score : *scores) probabilities.push_back(score.probability);
  v1::ModelHealth health;
  health.set_model_version(*version);
  health.set_drift_bound(kDriftBound);
  health.set_drift_rows(static_cast<int64_t>(dataset.rows()));
  health.set_drift_rows_are_later(rows->later);
  const absl::StatusOr<v1::ModelReport> report = parts_.registry->GetModelReport(*version);
  if (report.ok()) DescribeDrift(*report, dataset, probabilities, &health);
  if (!report.ok() && !absl::IsNotFound(report.status())) return report.status();
  if (rows->later) {
    MeasureQuality(*scores, dataset.labels(), &health);
  } else {
    MeasureQuality({}, {}, &health);
  }
  if (health.has_quality()) {
    v1::LiveQuality* quality = health.mutable_quality();
    *quality->mutable_first_as_of() = TimeUtil::MicrosecondsToTimestamp(rows->set.as_of_micros.front());
    *quality->mutable_last_as_of() = TimeUtil::MicrosecondsToTimestamp(rows->set.as_of_micros.back());
    quality->set_holdout_roc_auc(champion->report().holdout().roc_auc());
    quality->set_holdout_brier(champion->report().holdout().brier());
  }
  return health;
}

absl::StatusOr<v1::TrainingOptions> HealthLook::OptionsOf(const v1::Model& model) const {
  const absl::StatusOr<int64_t> id = ParseTrainingName(model.training());
  if (!id.ok()) return id.status();
  const absl::StatusOr<v1::Training> training = parts_.registry->GetTraining(*id);
  if (!training.ok()) return training.status();
  return WithDefaults(training->options());
}

absl::StatusOr<TrainingSet> HealthLook::Read(const v1::ReadTrainingSetRequest& request,
                                             const CancelFn& cancelled) const {
  TrainingSetReader reader(parts_.max_rows);
  absl::Status status = parts_.source->Read(
      request, cancelled, [&](const v1::ReadTrainingSetResponse& chunk) { return reader.AddChunk(chunk); });
  if (!status.ok()) return status;
  return std::move(reader).Finish(/*seed=*/0);
}

absl::StatusOr<HealthLook::Rows> HealthLook::ReadRows(const v1::ReadTrainingSetRequest& trained_on,
                                                      absl::Time last_as_of, const CancelFn& cancelled) const {
  v1::ReadTrainingSetRequest request = trained_on;
  std::vector<int64_t> later;
  if (request.has_purchase_decline()) {
    const absl::StatusOr<absl::Time> now = parts_.store_clock();
    if (!now.ok()) return now.status();
    const int asked = request.purchase_decline().horizon_months();
    for (const absl::Time date : MaturedDates(last_as_of, asked == 0 ? kDefaultHorizonMonths : asked, *now)) {
      later.push_back(absl::ToUnixMicros(date));
    }
    if (!later.empty()) SetDates(later, &request);
  } else {
    request.clear_as_of();  // also of snapshots that were imported since
  }
  absl::StatusOr<TrainingSet> set = Read(request, cancelled);
  if (!set.ok()) return set.status();
  if (request.has_purchase_decline()) return Rows{.set = *std::move(set), .later = !later.empty()};
  const bool has_later = !set->as_of_micros.empty() && set->as_of_micros.back() > absl::ToUnixMicros(last_as_of);
  if (has_later) KeepLaterThan(absl::ToUnixMicros(last_as_of), &*set);
  return Rows{.set = *std::move(set), .later = has_later};
}

}  // namespace ebb::trainer
