#include "model/revenue_forecast.h"

#include <algorithm>

#include "model/arithmetic/exp_log.h"

namespace ebb {

void Regressor::Predict(const RowMatrix& rows, std::span<double> answers) const {
  std::fill(answers.begin(), answers.end(), base);
  if (trees.roots.empty()) return;
  if (averages) {
    trees.Average(rows, answers);
  } else {
    trees.AddSums(rows, 0, trees.roots.size(), answers);
  }
}

void RevenueForecast::Tell(std::span<const FeatureVector> vectors, std::span<double> amounts) const {
  RowMatrix rows(vectors.size(), preprocessing.width());
  for (size_t r = 0; r < vectors.size(); ++r) preprocessing.Transform(vectors[r], rows.Row(r));
  TellRows(rows, amounts);
}

void RevenueForecast::TellRows(const RowMatrix& rows, std::span<double> amounts) const {
  std::fill(amounts.begin(), amounts.end(), 0.0);
  std::vector<double> own(rows.rows());
  for (const Regressor& regressor : regressors) {
    regressor.Predict(rows, own);
    for (size_t i = 0; i < own.size(); ++i) amounts[i] += own[i] / static_cast<double>(regressors.size());
  }
  for (double& amount : amounts) {
    if (logarithm) amount = Exp(amount);
    amount = amount > 0 ? std::min(amount, kMost) : 0;  // 0 of what is not a number, too
  }
}

}  // namespace ebb
