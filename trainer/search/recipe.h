#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/trained_model.h"
#include "trainer/evaluation/folds.h"
#include "trainer/fit/calibration.h"
#include "trainer/fit/setting.h"
#include "trainer/fit/stack.h"
#include "trainer/search/dataset.h"

namespace ebb::trainer {

// What a model is made of before it is fitted: settings, at least one, whose scores are joined by a stack.
using Recipe = std::vector<Setting>;

// By setting: the score of each row by the fit that has not seen the row's fold.
using OutOfFoldScores = std::vector<std::vector<double>>;

// On up to so many threads; the result does not depend on them. Of no use once `cancelled`, which may be empty, has
// answered true.
OutOfFoldScores ScoreOutOfFold(const Dataset& dataset, const FoldAssignment& folds, const Recipe& recipe, int threads,
                               const std::function<bool()>& cancelled);

// One way from scores to probabilities, measured where it was fitted without the row's fold.
struct CalibrationResult {
  CalibrationMethod method = CalibrationMethod::kIsotonic;
  double brier = 0;  // the lower is kept; isotonic where both are equal
  double calibration_error = 0;
  double log_loss = 0;
};

struct Predictions {
  std::vector<double> scores;
  std::vector<double> probabilities;            // by the method that is kept
  std::vector<CalibrationResult> calibrations;  // it first; the sigmoid is left out where a fold's scores admit none
};

// The weights that join these scores; a single setting stands for itself.
Stack JoinScores(const OutOfFoldScores& scores, std::span<const uint8_t> labels);

// What the recipe says of each row where stack and calibration, too, are fitted without the row's fold.
Predictions PredictOutOfFold(const OutOfFoldScores& scores, std::span<const uint8_t> labels,
                             const FoldAssignment& folds);

// The recipe's pipelines, fitted to all rows of the data set and in its order, joined by stack and calibration of these
// out-of-fold scores (isotonic where they admit no sigmoid). Fills members, intercept and calibration; who has no
// weight is left out. Returns the stack.
Stack JoinInto(std::vector<Pipeline> pipelines, const OutOfFoldScores& scores, std::span<const uint8_t> labels,
               CalibrationMethod method, TrainedModel* model);

// The model's ranking scores of rows of the data set: the same bits as ScoreBatch of their vectors.
std::vector<double> RankRows(const TrainedModel& model, const Dataset& dataset, std::span<const uint32_t> rows);

}  // namespace ebb::trainer
