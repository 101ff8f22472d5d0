#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "absl/status/statusor.h"
#include "ebb/v1/model.pb.h"
#include "trainer/champion_comparison.h"
#include "trainer/evaluation/estimate.h"
#include "trainer/evaluation/folds.h"
#include "trainer/registry.h"
#include "trainer/report/repeated_splits.h"
#include "trainer/search/dataset.h"
#include "trainer/search/training.h"

namespace ebb::trainer {

// What a promotion is decided by. Borrows everything.
struct PromotionInput {
  const Registry& registry;
  const Dataset& dataset;          // as read
  const Dataset& seen;             // what the challenger saw: the same rows, perhaps without some inputs
  const HoldoutSplit& split;       // of either
  const TrainingOutcome& outcome;  // the challenger
  const RepeatedSplits& splits;    // of the challenger's recipe, over the rows of `seen`
  int folds = 5;                   // that a recipe's weights are fitted by
  bool asked = true;               // to promote what is not worse
  int threads = 1;                 // the decision does not depend on it
  std::function<bool()> cancelled;
  std::function<void(int done, int total)> progress;  // of the champion's splits; one call at a time. May be empty
};

struct Promotion {
  bool promote = false;
  v1::ChampionComparison comparison;  // why
  std::optional<Comparison> holdout;  // on the hold-out; nothing where there is no champion that can be measured
};

// Whether the challenger takes the champion's place. The champion's recipe, as its report keeps it, is fitted anew to
// the splits of today's rows that the challenger's was fitted to, each with its own weights, and the two are compared
// split by split (PairedDifference). Where that cannot be, because the champion's report is older than recipes, its
// inputs are not today's or a class has too few rows, the hold-out decides, and where the champion cannot be measured
// on it either: a champion that lacks an input of today's store cannot serve and goes; one that cannot be read stays.
// The first model always serves. CANCELLED.
absl::StatusOr<Promotion> DecidePromotion(const PromotionInput& input);

// Puts a paired comparison into the message: figures and rule; the decision is the caller's.
void Describe(const PairedDifference& paired, std::span<const double> champion, std::span<const double> challenger,
              v1::ChampionComparison* message);

// The recipe that the report keeps. FAILED_PRECONDITION where it keeps none or one that this program cannot read.
absl::StatusOr<Recipe> RecipeOf(const v1::TrainingReport& report);

}  // namespace ebb::trainer
