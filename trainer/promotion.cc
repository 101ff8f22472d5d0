#include "trainer/promotion.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "runtime/log.h"
#include "trainer/fit/moments.h"
#include "trainer/search/setting_text.h"

namespace ebb::trainer {
namespace {

using InputKinds = std::map<std::string, FeatureKind>;

InputKinds InputsOf(const FeatureSchema& schema) {
  InputKinds inputs;
  for (size_t i = 0; i < schema.size(); ++i) {
    if (IsInput(schema[i].role)) inputs[schema[i].name] = schema[i].kind;
  }
  return inputs;
}

// A recipe fitted to other inputs than the champion's would not be the champion.
absl::Status CheckSameInputs(const FeatureSchema& champion, const FeatureSchema& today) {
  const InputKinds then = InputsOf(champion), now = InputsOf(today);
  for (const auto& [name, kind] : now) {
    const auto known = then.find(name);
    if (known == then.end() || known->second != kind) {
      return absl::FailedPreconditionError(absl::StrCat("the champion was not fitted to the input `", name, "`"));
    }
  }
  for (const auto& [name, kind] : then) {
    if (!now.contains(name)) {
      return absl::FailedPreconditionError(absl::StrCat("the champion's input `", name, "` is not used today"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Recipe> ReadRecipe(const Registry& registry, int64_t version) {
  const absl::StatusOr<v1::Model> model = registry.GetModel(version);
  return model.ok() ? RecipeOf(model->report()) : model.status();
}

// The champion's ROC-AUC by split, its weights fitted anew as the challenger's were: to out-of-fold scores of all rows.
absl::StatusOr<std::vector<double>> MeasureChampion(const PromotionInput& input, const Recipe& recipe) {
  const absl::StatusOr<FoldAssignment> folds = StratifiedFolds(input.seen, input.folds);
  if (!folds.ok()) return folds.status();
  const OutOfFoldScores scores = ScoreOutOfFold(input.seen, *folds, recipe, input.threads, input.cancelled);
  if (input.cancelled && input.cancelled()) return absl::CancelledError("the training was cancelled");
  const Stack stack = JoinScores(scores, input.seen.labels());
  return MeasureSplitRocAucs(input.seen, recipe, stack, input.threads, input.cancelled, input.progress);
}

// Fills the comparison's figures. CANCELLED; any other error says why the two cannot be paired.
absl::StatusOr<bool> IsNotWorseOnSplits(const PromotionInput& input, const ComparisonBasis& champion,
                                        v1::ChampionComparison* comparison) {
  if (input.splits.splits.empty()) {
    return absl::FailedPreconditionError("a class has too few customers for repeated splits");
  }
  if (absl::Status same = CheckSameInputs(champion.measured.schema, input.seen.schema()); !same.ok()) return same;
  const absl::StatusOr<Recipe> recipe = ReadRecipe(input.registry, comparison->champion_version());
  if (!recipe.ok()) return recipe.status();
  const absl::StatusOr<std::vector<double>> first = MeasureChampion(input, *recipe);
  if (!first.ok()) return first.status();
  const std::vector<double> second = input.splits.RocAucs();
  const PairedDifference paired = ComparePaired(*first, second, input.splits.test_to_training);
  Describe(paired, *first, second, comparison);
  return paired.SecondIsNotWorse();
}

void DescribeHoldout(const Comparison& holdout, const absl::Status& why, v1::ChampionComparison* message) {
  message->set_rule(v1::ChampionComparison::HOLDOUT);
  message->set_reason(std::string(why.message()));
  message->set_champion_roc_auc(holdout.champion_roc_auc);
  message->set_challenger_roc_auc(holdout.challenger_roc_auc);
  message->set_difference(holdout.challenger_roc_auc - holdout.champion_roc_auc);
}

Promotion Decide(bool deserves, bool asked, Promotion decided) {
  decided.promote = deserves && asked;
  decided.comparison.set_decision(!asked     ? v1::ChampionComparison::NOT_ASKED
                                  : deserves ? v1::ChampionComparison::PROMOTED
                                             : v1::ChampionComparison::KEPT_CHAMPION);
  return decided;
}

// Neither the splits nor the hold-out can tell.
Promotion DecideUncompared(const PromotionInput& input, bool deserves, const std::string& reason, Promotion decided) {
  decided.comparison.set_rule(v1::ChampionComparison::UNCOMPARED);
  decided.comparison.set_reason(reason);
  decided = Decide(deserves, input.asked, std::move(decided));
  Log(Level::kWarning, "trainer", "the champion cannot be measured",
      {{"champion", decided.comparison.champion_version()}, {"reason", reason}, {"promote", decided.promote}});
  return decided;
}

void LogComparison(const Promotion& decided) {
  const v1::ChampionComparison& comparison = decided.comparison;
  Log(decided.holdout->champion_saw_rows ? Level::kWarning : Level::kInfo, "trainer", "compared with the champion",
      {{"champion", comparison.champion_version()},
       {"rule", v1::ChampionComparison::Rule_Name(comparison.rule())},
       {"champion_roc_auc", comparison.champion_roc_auc()},
       {"challenger_roc_auc", comparison.challenger_roc_auc()},
       {"standard_error", comparison.standard_error()},
       {"holdout_rows", decided.holdout->rows},
       {"champion_saw_rows", decided.holdout->champion_saw_rows},
       {"decision", v1::ChampionComparison::Decision_Name(comparison.decision())}});
}

}  // namespace

absl::StatusOr<Promotion> DecidePromotion(const PromotionInput& input) {
  Promotion decided;
  v1::ChampionComparison& comparison = decided.comparison;
  const std::optional<int64_t> version = input.registry.Champion();
  if (!version) {
    comparison.set_rule(v1::ChampionComparison::UNCOMPARED);
    comparison.set_reason("there was no champion; the first model always serves");
    return Decide(true, /*asked=*/true, std::move(decided));
  }
  comparison.set_champion_version(*version);
  const absl::StatusOr<std::string> bytes = input.registry.ReadComparisonBasis(*version);
  const absl::StatusOr<ComparisonBasis> basis = bytes.ok() ? ComparisonBasis::Parse(*bytes) : bytes.status();
  // Of a champion that could not be read, be it damaged or of a newer Ebb, nothing is known: it stays.
  if (!basis.ok()) return DecideUncompared(input, false, basis.status().ToString(), std::move(decided));
  const absl::StatusOr<Comparison> holdout =
      Compare(*basis, input.outcome.measured, input.dataset, input.split.holdout);
  if (!holdout.ok()) {
    // A champion that lacks an input cannot serve either.
    const bool is_obsolete = absl::IsFailedPrecondition(holdout.status());
    return DecideUncompared(input, is_obsolete, std::string(holdout.status().message()), std::move(decided));
  }
  decided.holdout = *holdout;
  const absl::StatusOr<bool> not_worse = IsNotWorseOnSplits(input, *basis, &comparison);
  if (absl::IsCancelled(not_worse.status())) return not_worse.status();
  if (!not_worse.ok()) DescribeHoldout(*holdout, not_worse.status(), &comparison);
  decided = Decide(not_worse.ok() ? *not_worse : holdout->ChallengerIsNotWorse(), input.asked, std::move(decided));
  LogComparison(decided);
  return decided;
}

void Describe(const PairedDifference& paired, std::span<const double> champion, std::span<const double> challenger,
              v1::ChampionComparison* message) {
  message->set_rule(v1::ChampionComparison::PAIRED_SPLITS);
  message->set_splits(static_cast<int32_t>(champion.size()));
  message->set_champion_roc_auc(MomentsOf(champion).mean);
  message->set_challenger_roc_auc(MomentsOf(challenger).mean);
  message->set_difference(paired.difference.value);
  message->set_standard_error(paired.standard_error);
  if (paired.standard_error > 0) message->set_t(paired.T());
  message->set_lower(paired.difference.lower);
  message->set_upper(paired.difference.upper);
}

absl::StatusOr<Recipe> RecipeOf(const v1::TrainingReport& report) {
  if (report.recipe().empty()) {
    return absl::FailedPreconditionError("the champion's report is older than recipes");
  }
  Recipe recipe;
  for (const std::string& text : report.recipe()) {
    absl::StatusOr<Setting> setting = ParseSetting(text);
    if (!setting.ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat("the champion's recipe cannot be read: ", std::string(setting.status().message())));
    }
    recipe.push_back(*std::move(setting));
  }
  return recipe;
}

}  // namespace ebb::trainer
