#include "trainer/report/shapley_report.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/explain/explainer.h"
#include "trainer/fit/moments.h"
#include "trainer/parallel_for.h"
#include "trainer/report/association.h"

namespace ebb::trainer {
namespace {

constexpr size_t kMostExplainedRows = 100;

}  // namespace

Estimate ExplainedRows::MeanAbsolute(std::span<const size_t> features) const {
  std::vector<double> sums;
  for (const std::vector<double>& row : contributions) {
    double sum = 0;
    for (const size_t feature : features) sum += row[feature];
    sums.push_back(std::abs(sum));
  }
  if (sums.empty()) return {};
  const Moments moments = MomentsOf(sums);
  Estimate estimate = NormalEstimate(moments.mean, moments.deviation / std::sqrt(static_cast<double>(sums.size())));
  estimate.lower = std::max(estimate.lower, 0.0);
  return estimate;
}

ExplainedRows ExplainRows(const TrainedModel& model, const Dataset& dataset, std::span<const uint32_t> rows,
                          int threads, const std::function<bool()>& cancelled) {
  ExplainedRows explained;
  explained.rows = SampleOf(rows, kMostExplainedRows);
  explained.contributions.resize(explained.rows.size());
  const Explainer explainer(model);
  ParallelFor(explained.rows.size(), threads, [&](size_t i) {
    if (cancelled && cancelled()) return;
    Explanation explanation = explainer.Explain(dataset.Row(explained.rows[i]));
    if (i == 0) explained.scale = explanation.scale;
    explained.contributions[i] = std::move(explanation.contributions);
  });
  if (cancelled && cancelled()) return {};
  return explained;
}

std::vector<double> RelativeRanks(std::span<const double> values) {
  std::vector<size_t> known;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isnan(values[i])) known.push_back(i);
  }
  std::sort(known.begin(), known.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size(), std::numeric_limits<double>::quiet_NaN());
  const double greatest = std::max<double>(static_cast<double>(known.size()) - 1, 1);
  for (size_t begin = 0; begin < known.size();) {
    size_t end = begin;
    while (end < known.size() && values[known[end]] == values[known[begin]]) ++end;
    const double rank = static_cast<double>(begin + end - 1) / 2 / greatest;
    for (size_t i = begin; i < end; ++i) ranks[known[i]] = rank;
    begin = end;
  }
  return ranks;
}

double SpearmanCorrelation(std::span<const double> a, std::span<const double> b) {
  std::vector<double> known_a, known_b;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) || std::isnan(b[i])) continue;
    known_a.push_back(a[i]);
    known_b.push_back(b[i]);
  }
  const double correlation = PearsonCorrelation(RelativeRanks(known_a), RelativeRanks(known_b));
  return std::isnan(correlation) ? 0 : correlation;
}

std::string ScaleName(ShapleyScale scale) {
  switch (scale) {
    case ShapleyScale::kLogOdds:
      return "log_odds";
    case ShapleyScale::kDecisionValue:
      return "decision_value";
    case ShapleyScale::kShare:
      return "share";
    case ShapleyScale::kProbability:
      return "probability";
  }
  return "";
}

}  // namespace ebb::trainer
