#include "trainer/report/segment_report.h"

#include <algorithm>
#include <cmath>

namespace ebb::trainer {
namespace {

constexpr size_t kMostPoints = 1'000;
constexpr const char* kTiers[] = {"low", "middle", "high"};

const std::vector<double>* ProfitOf(const Dataset& dataset, const SegmentBounds& bounds) {
  const auto feature = dataset.schema().IndexOf(bounds.feature);
  return feature ? &dataset.Numbers(*feature) : nullptr;
}

}  // namespace

std::vector<v1::SegmentDescription> DescribeSegments(const Dataset& dataset, const SegmentBounds& bounds,
                                                     std::span<const double> probabilities, double risk_threshold) {
  const std::vector<double>* profit = ProfitOf(dataset, bounds);
  if (profit == nullptr) return {};
  std::vector<v1::SegmentDescription> segments(6);
  for (size_t cell = 0; cell < segments.size(); ++cell) {
    segments[cell].set_profit_tier(kTiers[cell / 2]);
    segments[cell].set_at_risk(cell % 2 == 1);
  }
  for (size_t row = 0; row < profit->size(); ++row) {
    const double value = (*profit)[row];
    if (std::isnan(value)) continue;
    const size_t tier = value < bounds.lower ? 0 : value > bounds.upper ? 2 : 1;
    v1::SegmentDescription& segment = segments[tier * 2 + (probabilities[row] > risk_threshold ? 1 : 0)];
    segment.set_rows(segment.rows() + 1);
    segment.set_declined(segment.declined() + dataset.labels()[row]);
    segment.set_profit(segment.profit() + value);
    segment.set_mean_probability(segment.mean_probability() + probabilities[row]);
  }
  for (v1::SegmentDescription& segment : segments) {
    if (segment.rows() == 0) continue;
    segment.set_mean_probability(segment.mean_probability() / static_cast<double>(segment.rows()));
  }
  return segments;
}

std::vector<v1::ScatterPoint> ScatterProfitByRisk(const Dataset& dataset, const SegmentBounds& bounds,
                                                  std::span<const double> probabilities) {
  const std::vector<double>* profit = ProfitOf(dataset, bounds);
  if (profit == nullptr) return {};
  std::vector<v1::ScatterPoint> points;
  const size_t count = std::min(profit->size(), kMostPoints);
  for (size_t i = 0; i < count; ++i) {
    const size_t row = i * profit->size() / count;
    if (std::isnan((*profit)[row])) continue;
    v1::ScatterPoint& point = points.emplace_back();
    point.set_profit((*profit)[row]);
    point.set_probability(probabilities[row]);
    point.set_declined(dataset.labels()[row] != 0);
  }
  return points;
}

}  // namespace ebb::trainer
