#include "trainer/report/segment_report.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "model/segments.h"

namespace ebb::trainer {
namespace {

constexpr size_t kMostPoints = 1'000;
constexpr const char* kTiers[] = {"low", "middle", "high"};
constexpr size_t kKnown = 2 * std::size(kTiers);  // segments whose tier is known

const std::vector<double>* ProfitOf(const Dataset& dataset, const SegmentBounds& bounds) {
  const auto feature = dataset.schema().IndexOf(bounds.feature);
  return feature ? &dataset.Numbers(*feature) : nullptr;
}

}  // namespace

std::vector<v1::SegmentDescription> DescribeSegments(const Dataset& dataset, const SegmentBounds& bounds,
                                                     std::span<const double> probabilities, double risk_threshold) {
  const std::vector<double>* profit = ProfitOf(dataset, bounds);
  if (profit == nullptr) return {};
  std::vector<v1::SegmentDescription> segments(kKnown);
  for (size_t cell = 0; cell < kKnown; ++cell) {
    segments[cell].set_profit_tier(kTiers[static_cast<size_t>(SegmentAt(cell).tier)]);
    segments[cell].set_at_risk(SegmentAt(cell).band == RiskBand::kAtRisk);
  }
  for (size_t row = 0; row < profit->size(); ++row) {
    const double value = (*profit)[row];
    if (std::isnan(value)) continue;
    v1::SegmentDescription& segment =
        segments[SegmentIndex({.tier = TierOf(value, bounds), .band = BandOf(probabilities[row], risk_threshold)})];
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
  for (const uint32_t row : SampleOf(AllRows(dataset), kMostPoints)) {
    if (std::isnan((*profit)[row])) continue;
    v1::ScatterPoint& point = points.emplace_back();
    point.set_profit((*profit)[row]);
    point.set_probability(probabilities[row]);
    point.set_declined(dataset.labels()[row] != 0);
  }
  return points;
}

}  // namespace ebb::trainer
