#include "trainer/report/input_trials.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "trainer/evaluation/estimate.h"
#include "trainer/report/estimate_message.h"
#include "trainer/report/repeated_splits.h"

namespace ebb::trainer {
namespace {

constexpr size_t kMostTrialRows = 5'000;
// Of a forest, with the number and without it alike, so that a trial takes seconds.
constexpr int kMostTrialTrees = 100;

Recipe SettingsTried(const Recipe& settings) {
  Recipe tried;
  for (Setting setting : settings) {
    auto* extra_trees = std::get_if<ExtraTreesSetting>(&setting.family);
    if (extra_trees == nullptr && !std::holds_alternative<LogisticRegressionSetting>(setting.family)) continue;
    if (extra_trees != nullptr) extra_trees->forest.trees = std::min(extra_trees->forest.trees, kMostTrialTrees);
    tried.push_back(setting);
  }
  return tried;
}

bool IsKnownOfMost(const std::vector<double>& values) {
  size_t known = 0;
  for (const double value : values) known += std::isnan(value) ? 0 : 1;
  return 2 * known > values.size();
}

// Numbers that are for the segments alone, and known of most rows.
std::vector<std::string> FeaturesToTry(const Dataset& dataset) {
  std::vector<std::string> features;
  for (size_t f = 0; f < dataset.schema().size(); ++f) {
    const FeatureSpec& spec = dataset.schema()[f];
    if (spec.role == FeatureRole::kSegment && spec.kind == FeatureKind::kNumber && IsKnownOfMost(dataset.Numbers(f))) {
      features.push_back(spec.name);
    }
  }
  return features;
}

using RocAucs = std::vector<double>;  // by split

double MeanOf(const RocAucs& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

// By setting.
absl::StatusOr<std::vector<RocAucs>> Measure(const Dataset& dataset, const Recipe& settings,
                                             const InputTrialsInput& input) {
  const Stack alone{.weights = {1}, .intercept = 0};
  std::vector<RocAucs> measured;
  for (const Setting& setting : settings) {
    absl::StatusOr<RocAucs> roc_aucs =
        MeasureSplitRocAucs(dataset, {setting}, alone, input.threads, input.cancelled, /*progress=*/nullptr);
    if (!roc_aucs.ok()) return roc_aucs.status();
    measured.push_back(*std::move(roc_aucs));
  }
  return measured;
}

v1::InputTrial TrialOf(const std::string& feature, const std::vector<RocAucs>& without,
                       const std::vector<RocAucs>& with) {
  size_t best = 0;  // of equals the first
  for (size_t i = 1; i < with.size(); ++i) {
    if (MeanOf(with[i]) > MeanOf(with[best])) best = i;
  }
  v1::InputTrial trial;
  trial.set_feature(feature);
  trial.set_splits(static_cast<int32_t>(with[best].size()));
  trial.set_roc_auc_without(MeanOf(without[best]));
  trial.set_roc_auc_with(MeanOf(with[best]));
  *trial.mutable_difference() = ToMessage(ComparePaired(without[best], with[best], kTestToTraining).difference);
  return trial;
}

}  // namespace

absl::StatusOr<std::vector<v1::InputTrial>> TryInputs(const InputTrialsInput& input) {
  if (input.dataset.rows() > kMostTrialRows) {
    const Dataset sample = input.dataset.Select(SampleOf(AllRows(input.dataset), kMostTrialRows));
    return TryInputs({sample, input.settings, input.threads, input.cancelled});
  }
  const Recipe settings = SettingsTried(input.settings);
  const std::vector<std::string> features = FeaturesToTry(input.dataset);
  std::vector<v1::InputTrial> trials;
  if (settings.empty() || features.empty()) return trials;
  const absl::StatusOr<std::vector<RocAucs>> without = Measure(input.dataset, settings, input);
  if (absl::IsCancelled(without.status())) return without.status();
  if (!without.ok()) return trials;  // too few rows of a class to be split so: nothing is said of it
  for (const std::string& feature : features) {
    const absl::StatusOr<std::vector<RocAucs>> with = Measure(input.dataset.WithInput(feature), settings, input);
    if (!with.ok()) return with.status();
    trials.push_back(TrialOf(feature, *without, *with));
  }
  return trials;
}

}  // namespace ebb::trainer
