#include "trainer/evaluation/ranked_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ebb::trainer {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

// The variance of a mean, from the sum and the sum of squares of what it is of.
double VarianceOfMean(double sum, double squares, double count) {
  if (count < 2) return 0;
  const double mean = sum / count;
  return std::max(0.0, squares / count - mean * mean) * count / (count - 1) / count;
}

}  // namespace

RankedRows::RankedRows(std::span<const double> scores, std::span<const uint8_t> labels) {
  rows_.reserve(scores.size());
  for (uint32_t row = 0; row < scores.size(); ++row) {
    rows_.push_back({.score = scores[row], .row = row, .positive = labels[row] != 0, .last_of_tie = true});
  }
  std::sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) { return a.score > b.score; });
  for (size_t i = 0; i + 1 < rows_.size(); ++i) rows_[i].last_of_tie = rows_[i].score != rows_[i + 1].score;
}

double RankedRows::RocAuc(std::span<const uint32_t> counts) const {
  // Twice the number of pairs ranked right, ties counting one: an integer, so no order of summing can change it.
  uint64_t pairs_twice = 0, positives = 0, negatives = 0, tied_positives = 0, tied_negatives = 0;
  for (const Row& row : rows_) {
    (row.positive ? tied_positives : tied_negatives) += counts.empty() ? 1 : counts[row.row];
    if (!row.last_of_tie) continue;
    pairs_twice += tied_negatives * (2 * positives + tied_positives);
    positives += tied_positives;
    negatives += tied_negatives;
    tied_positives = tied_negatives = 0;
  }
  if (positives == 0 || negatives == 0) return kUndefined;
  return static_cast<double>(pairs_twice) / (2.0 * static_cast<double>(positives) * static_cast<double>(negatives));
}

double RankedRows::AveragePrecision(std::span<const uint32_t> counts) const {
  double sum = 0;
  uint64_t positives = 0, called = 0, tied_positives = 0, tied = 0;
  for (const Row& row : rows_) {
    const uint32_t count = counts.empty() ? 1 : counts[row.row];
    if (row.positive) tied_positives += count;
    tied += count;
    if (!row.last_of_tie) continue;
    positives += tied_positives;
    called += tied;
    if (called > 0) {
      sum += static_cast<double>(tied_positives) * (static_cast<double>(positives) / static_cast<double>(called));
    }
    tied_positives = tied = 0;
  }
  return positives == 0 ? kUndefined : sum / static_cast<double>(positives);
}

Estimate RankedRows::RocAucByDeLong() const {
  uint64_t all_positives = 0;
  for (const Row& row : rows_) all_positives += row.positive;
  const auto positives = static_cast<double>(all_positives);
  const double negatives = static_cast<double>(rows_.size()) - positives;
  if (positives == 0 || negatives == 0) return {kUndefined, kUndefined, kUndefined};
  // A positive's placement: the share of negatives below it. A negative's: the share of positives above it.
  double sum[2] = {}, squares[2] = {};
  double positives_above = 0, negatives_above = 0, tied_positives = 0, tied_negatives = 0;
  for (const Row& row : rows_) {
    (row.positive ? tied_positives : tied_negatives) += 1;
    if (!row.last_of_tie) continue;
    const double of_positive = 1 - (negatives_above + tied_negatives / 2) / negatives;
    const double of_negative = (positives_above + tied_positives / 2) / positives;
    sum[1] += tied_positives * of_positive;
    squares[1] += tied_positives * of_positive * of_positive;
    sum[0] += tied_negatives * of_negative;
    squares[0] += tied_negatives * of_negative * of_negative;
    positives_above += tied_positives;
    negatives_above += tied_negatives;
    tied_positives = tied_negatives = 0;
  }
  const double variance = VarianceOfMean(sum[1], squares[1], positives) + VarianceOfMean(sum[0], squares[0], negatives);
  Estimate estimate = NormalEstimate(sum[1] / positives, std::sqrt(variance));
  estimate.lower = std::max(estimate.lower, 0.0);
  estimate.upper = std::min(estimate.upper, 1.0);
  return estimate;
}

std::vector<RankedRows::Step> RankedRows::Steps() const {
  std::vector<Step> steps;
  Step step;
  for (const Row& row : rows_) {
    ++(row.positive ? step.true_positives : step.false_positives);
    if (row.last_of_tie) steps.push_back(step);
  }
  return steps;
}

}  // namespace ebb::trainer
