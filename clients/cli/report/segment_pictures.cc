#include "clients/cli/report/segment_pictures.h"

#include <algorithm>
#include <cmath>

#include "clients/cli/report/html_text.h"
#include "clients/cli/report/report_phrases.h"

namespace ebb {
namespace {

// Interquartile ranges around the quartiles that are drawn: a few great profits would press all others into a line.
constexpr double kDrawnRanges = 3;

struct Edges {
  double from;
  double to;
  int64_t beyond;
};

Edges ProfitEdges(const v1::ModelReport& report) {
  std::vector<double> profits;
  for (const v1::ScatterPoint& point : report.profit_by_risk()) {
    if (std::isfinite(point.profit())) profits.push_back(point.profit());
  }
  if (profits.empty()) return {0, 0, 0};
  std::sort(profits.begin(), profits.end());
  const double lower = profits[profits.size() / 4], upper = profits[profits.size() * 3 / 4];
  double from = std::max(profits.front(), lower - kDrawnRanges * (upper - lower));
  double to = std::min(profits.back(), upper + kDrawnRanges * (upper - lower));
  if (report.model().report().has_profit_tiers()) {
    from = std::min(from, report.model().report().profit_tiers().lower());
    to = std::max(to, report.model().report().profit_tiers().upper());
  }
  const auto beyond = std::count_if(profits.begin(), profits.end(), [&](double p) { return p < from || p > to; });
  return {from, to > from ? to : from + 1, beyond};
}

}  // namespace

std::string ProfitByRiskPicture(const ReportWords& words) {
  const v1::ModelReport& report = words.report;
  if (report.profit_by_risk().empty()) return "";
  const Edges edges = ProfitEdges(report);
  SvgChart chart({.width = 640, .height = 400}, words.Numbers(edges.from, edges.to, phrase::kProfit),
                 words.Shares(phrase::kProbability), words.say(phrase::kProfitByRisk));
  std::vector<Point> declined, steady;
  for (const v1::ScatterPoint& point : report.profit_by_risk())
    (point.declined() ? declined : steady).push_back({point.profit(), point.probability()});
  chart.Dots(steady, "steady");
  chart.Dots(declined, "declined");
  chart.Segment({edges.from, report.risk_threshold()}, {edges.to, report.risk_threshold()}, "threshold");
  chart.Key("declined", words.say(phrase::kDeclined));
  chart.Key("steady", words.say(phrase::kSteady));
  chart.Key("threshold", words.say(phrase::kThresholdLine) + " " + words.say.Amount(report.risk_threshold()));
  if (report.model().report().has_profit_tiers()) {
    const v1::ProfitTierBounds::Amounts& tiers = report.model().report().profit_tiers();
    for (const double bound : {tiers.lower(), tiers.upper()}) chart.Segment({bound, 0}, {bound, 1}, "bound");
    chart.Key("bound", words.say(phrase::kTierBounds) + ": " + words.say.Amount(tiers.lower()) + ", " +
                           words.say.Amount(tiers.upper()));
  }
  std::string picture = chart.Svg();
  if (edges.beyond > 0) {
    picture +=
        Element("p", "class=\"remark\"", EscapeHtml(words.say(phrase::kScatterCut, words.say.Count(edges.beyond)))) +
        "\n";
  }
  return Figure("", picture);
}

std::string SegmentPictures(const ReportWords& words) {
  const auto& segments = words.report.segments();
  if (segments.empty()) return "";
  std::vector<std::string> names;
  double most = 1, least_profit = 0, greatest_profit = 0;
  for (const v1::SegmentDescription& segment : segments) {
    names.push_back(words.Segment(segment));
    most = std::max(most, static_cast<double>(segment.rows()));
    if (!std::isfinite(segment.profit())) continue;
    least_profit = std::min(least_profit, segment.profit());
    greatest_profit = std::max(greatest_profit, segment.profit());
  }
  if (greatest_profit == least_profit) greatest_profit = 1;
  const SvgChart::Size size{.width = 480, .height = 50 + 24.0 * segments.size()};
  SvgChart rows(size, words.Numbers(0, most, phrase::kRows, 4), RowAxis(names), words.say(phrase::kColumnCustomers));
  SvgChart profit(size, words.Numbers(least_profit, greatest_profit, phrase::kProfit, 3), RowAxis(names),
                  words.say(phrase::kColumnProfit));
  for (int i = 0; i < segments.size(); ++i) {
    const double all = static_cast<double>(segments[i].rows()), declined = static_cast<double>(segments[i].declined());
    rows.Box({0, i + 0.15}, {declined, i + 0.85}, "declined", 0.8);
    rows.Box({declined, i + 0.15}, {all, i + 0.85}, "steady", 0.8, words.say.Count(segments[i].rows()));
    profit.Box({0, i + 0.15}, {segments[i].profit(), i + 0.85}, segments[i].at_risk() ? "declined" : "steady", 0.8,
               words.say.Real(segments[i].profit(), 0));
  }
  rows.Key("declined", words.say(phrase::kDeclined));
  rows.Key("steady", words.say(phrase::kSteady));
  profit.Key("declined", words.say(phrase::kAtRisk));
  profit.Key("steady", words.say(phrase::kNotAtRisk));
  return Figure(words.say(phrase::kColumnCustomers), rows.Svg()) +
         Figure(words.say(phrase::kColumnProfit), profit.Svg());
}

}  // namespace ebb
