#include "trainer/training_options.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace ebb::trainer {
namespace {

constexpr double kHoldoutShare = 0.25;
constexpr double kLeastHoldoutShare = 0.05;
constexpr double kGreatestHoldoutShare = 0.5;
constexpr int kFolds = 5;
constexpr int kLeastFolds = 2;
constexpr int kMostFolds = 20;
constexpr double kSegmentThreshold = 0.7;
constexpr double kAcceptanceRocAuc = 0.91;
constexpr double kAcceptanceSmape = 15;
constexpr double kGreatestSmape = 200;
constexpr double kLowerQuantile = 0.25;
constexpr double kUpperQuantile = 0.75;
constexpr int kTrials = 20;
constexpr int kMostTrials = 1000;
constexpr int kMostInnerRepeats = 10;

bool Within(double value, double least, double greatest) { return value >= least && value <= greatest; }

std::optional<OptionViolation> FindTierViolation(const v1::ProfitTierBounds& tiers) {
  switch (tiers.kind_case()) {
    case v1::ProfitTierBounds::kQuantiles: {
      const auto& q = tiers.quantiles();
      if (0 < q.lower() && q.lower() < q.upper() && q.upper() < 1) return std::nullopt;
      return OptionViolation{"profit_tiers.quantiles",
                             absl::StrCat("is ", q.lower(), " and ", q.upper(), ", must be 0 < lower < upper < 1")};
    }
    case v1::ProfitTierBounds::kAmounts: {
      const auto& a = tiers.amounts();
      if (std::isfinite(a.lower()) && std::isfinite(a.upper()) && a.lower() < a.upper()) return std::nullopt;
      return OptionViolation{"profit_tiers.amounts",
                             absl::StrCat("is ", a.lower(), " and ", a.upper(), ", must be finite and lower < upper")};
    }
    case v1::ProfitTierBounds::KIND_NOT_SET:
      return OptionViolation{"profit_tiers", "is empty, must have quantiles or amounts; leave it out for quartiles"};
  }
  return std::nullopt;
}

std::optional<OptionViolation> FindTrainingSetViolation(const v1::ReadTrainingSetRequest& set) {
  if (set.label_rule_case() == v1::ReadTrainingSetRequest::LABEL_RULE_NOT_SET) {
    return OptionViolation{"training_set.label_rule", "is missing, must be imported or purchase_decline"};
  }
  if (set.has_purchase_decline() && set.as_of().empty()) {
    return OptionViolation{"training_set.as_of", "is empty, purchase_decline needs at least one time"};
  }
  return std::nullopt;
}

std::optional<OptionViolation> FindSearchViolation(const v1::TrainingOptions& options) {
  if (!v1::TrainingOptions::Search_IsValid(options.search())) {
    return OptionViolation{"search", absl::StrCat("is ", static_cast<int>(options.search()),
                                                  ", must be GRID, RANDOM or SUCCESSIVE_HALVING")};
  }
  if (options.trials() < 0 || options.trials() > kMostTrials) {
    return OptionViolation{"trials", absl::StrCat("is ", options.trials(), ", must be from 1 to ", kMostTrials)};
  }
  if (options.inner_repeats() < 0 || options.inner_repeats() > kMostInnerRepeats) {
    return OptionViolation{"inner_repeats",
                           absl::StrCat("is ", options.inner_repeats(), ", must be from 1 to ", kMostInnerRepeats)};
  }
  if (!options.has_search_budget()) return std::nullopt;
  const google::protobuf::Duration& budget = options.search_budget();
  const bool above_zero = budget.seconds() > 0 || (budget.seconds() == 0 && budget.nanos() > 0);
  if (!above_zero || budget.nanos() < 0 || budget.nanos() > 999'999'999) {
    return OptionViolation{"search_budget", absl::StrCat("is ", budget.seconds(), " s and ", budget.nanos(),
                                                         " ns, must be above 0; leave it out for no limit")};
  }
  return std::nullopt;
}

}  // namespace

std::optional<OptionViolation> FindViolation(const v1::TrainingOptions& options) {
  if (options.holdout_share() != 0 && !Within(options.holdout_share(), kLeastHoldoutShare, kGreatestHoldoutShare)) {
    return OptionViolation{"holdout_share", absl::StrCat("is ", options.holdout_share(), ", must be from ",
                                                         kLeastHoldoutShare, " to ", kGreatestHoldoutShare)};
  }
  if (!v1::TrainingOptions::Holdout_IsValid(options.holdout())) {
    return OptionViolation{"holdout",
                           absl::StrCat("is ", static_cast<int>(options.holdout()), ", must be CUSTOMERS or LATEST")};
  }
  if (options.folds() != 0 && (options.folds() < kLeastFolds || options.folds() > kMostFolds)) {
    return OptionViolation{"folds",
                           absl::StrCat("is ", options.folds(), ", must be from ", kLeastFolds, " to ", kMostFolds)};
  }
  const double threshold = options.segment_threshold();
  if (threshold != 0 && !(threshold > 0 && threshold < 1)) {
    return OptionViolation{"segment_threshold", absl::StrCat("is ", threshold, ", must be above 0 and below 1")};
  }
  if (options.has_acceptance_roc_auc() && !Within(options.acceptance_roc_auc(), 0.5, 1)) {
    return OptionViolation{"acceptance_roc_auc",
                           absl::StrCat("is ", options.acceptance_roc_auc(), ", must be from 0.5 to 1")};
  }
  if (options.has_acceptance_smape() &&
      !(options.acceptance_smape() > 0 && options.acceptance_smape() <= kGreatestSmape)) {
    return OptionViolation{"acceptance_smape", absl::StrCat("is ", options.acceptance_smape(),
                                                            ", must be above 0 and at most ", kGreatestSmape)};
  }
  if (!v1::TrainingOptions::Publish_IsValid(options.publish())) {
    return OptionViolation{"publish",
                           absl::StrCat("is ", static_cast<int>(options.publish()), ", must be STACK or BEST_FAMILY")};
  }
  if (auto violation = FindSearchViolation(options)) return violation;
  if (options.has_training_set()) {
    if (auto violation = FindTrainingSetViolation(options.training_set())) return violation;
  }
  if (options.has_profit_tiers()) return FindTierViolation(options.profit_tiers());
  return std::nullopt;
}

v1::TrainingOptions DefaultTrainingOptions() { return WithDefaults({}); }

v1::TrainingOptions WithDefaults(v1::TrainingOptions options) {
  if (!options.has_training_set()) options.mutable_training_set()->mutable_imported();
  if (options.holdout_share() == 0) options.set_holdout_share(kHoldoutShare);
  if (options.folds() == 0) options.set_folds(kFolds);
  if (options.segment_threshold() == 0) options.set_segment_threshold(kSegmentThreshold);
  if (options.publish() == v1::TrainingOptions::PUBLISH_UNSPECIFIED) options.set_publish(v1::TrainingOptions::STACK);
  if (options.search() == v1::TrainingOptions::SEARCH_UNSPECIFIED) options.set_search(v1::TrainingOptions::GRID);
  if (options.trials() == 0) options.set_trials(kTrials);
  if (!options.has_acceptance_roc_auc()) options.set_acceptance_roc_auc(kAcceptanceRocAuc);
  if (options.inner_repeats() == 0) options.set_inner_repeats(1);
  if (!options.has_acceptance_smape()) options.set_acceptance_smape(kAcceptanceSmape);
  if (!options.has_promote_if_not_worse()) options.set_promote_if_not_worse(true);
  if (!options.has_profit_tiers()) {
    options.mutable_profit_tiers()->mutable_quantiles()->set_lower(kLowerQuantile);
    options.mutable_profit_tiers()->mutable_quantiles()->set_upper(kUpperQuantile);
  }
  return options;
}

}  // namespace ebb::trainer
