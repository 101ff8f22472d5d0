#include "clients/cli/report/importance_pictures.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "clients/cli/report/report_phrases.h"

namespace ebb {
namespace {

// Features drawn, the most important ones.
constexpr int kDrawn = 25;
constexpr int kSwarmColumns = 110;
constexpr int kRankColours = 5;

struct Bar {
  std::string name;
  v1::Estimate estimate;
  bool matters = true;
};

// Not measured at all where every bar is 0 without an interval.
bool Measured(const std::vector<Bar>& bars) {
  return std::any_of(bars.begin(), bars.end(), [](const Bar& bar) {
    return bar.estimate.value() != 0 || bar.estimate.upper() != 0 || bar.estimate.lower() != 0;
  });
}

std::string BarPicture(const ReportWords& words, const std::vector<Bar>& bars, const std::string& measure) {
  if (!Measured(bars)) return "";
  double least = 0, greatest = 0;
  std::vector<std::string> names;
  for (const Bar& bar : bars) {
    names.push_back(bar.name);
    for (const double end : {bar.estimate.value(), bar.estimate.lower(), bar.estimate.upper()}) {
      if (std::isfinite(end)) least = std::min(least, end), greatest = std::max(greatest, end);
    }
  }
  SvgChart chart({.width = 480, .height = 50 + 20.0 * static_cast<double>(bars.size())},
                 words.Numbers(least, greatest > least ? greatest : 1, measure, 4), RowAxis(names), measure);
  for (size_t i = 0; i < bars.size(); ++i) {
    const double row = static_cast<double>(i);
    const v1::Estimate& estimate = bars[i].estimate;
    chart.Box({0, row + 0.2}, {estimate.value(), row + 0.8}, bars[i].matters ? "bar" : "faint", 0.8,
              bars[i].name + ": " + words.say.WithInterval(estimate));
    if (estimate.upper() > estimate.lower())
      chart.Segment({estimate.lower(), row + 0.5}, {estimate.upper(), row + 0.5}, "text whisker");
  }
  return chart.Svg();
}

// Customers of one feature spread around the middle of its row where many share a place.
class Swarm {
 public:
  Swarm(double least, double greatest) : least_(least), width_((greatest - least) / kSwarmColumns) {}

  // Between -0.4 and 0.4.
  double Offset(double contribution) {
    const int place = width_ > 0 ? static_cast<int>((contribution - least_) / width_) : 0;
    const int seen = seen_[place]++;
    const double step = 0.09 * ((seen + 1) / 2) * (seen % 2 == 0 ? 1 : -1);
    // A full column begins again, a little shifted, so that it does not hide in one line.
    return std::remainder(step, 0.8);
  }

 private:
  const double least_, width_;
  std::map<int, int> seen_;
};

std::string RankKind(double rank) {
  if (!std::isfinite(rank)) return "norank";
  return "rank" + std::to_string(static_cast<int>(std::clamp(rank * kRankColours, 0.0, kRankColours - 1.0)));
}

}  // namespace

std::string ImportancePictures(const ReportWords& words) {
  const v1::Importances& importances = words.report.importances();
  std::vector<Bar> permutation, shapley;
  for (const v1::FeatureImportance& feature : importances.features()) {
    if (permutation.size() == kDrawn) break;
    permutation.push_back({words.label(feature.name()), feature.permutation(), feature.matters()});
    shapley.push_back({words.label(feature.name()), feature.mean_absolute_shapley(), feature.matters()});
  }
  std::vector<Bar> group_permutation, group_shapley;
  for (const v1::GroupImportance& group : importances.groups()) {
    group_permutation.push_back({words.Group(group.group()), group.permutation()});
    group_shapley.push_back({words.Group(group.group()), group.mean_absolute_shapley()});
  }
  const std::string fall = words.say(phrase::kPermutation);
  const std::string phi = words.say(phrase::kMeanShapley, words.Scale());
  const std::string feature = words.say(phrase::kByFeature), group = words.say(phrase::kByGroup);
  return Figure(feature + " · " + fall, BarPicture(words, permutation, fall)) +
         Figure(feature + " · " + phi, BarPicture(words, shapley, phi)) +
         Figure(group + " · " + fall, BarPicture(words, group_permutation, fall)) +
         Figure(group + " · " + phi, BarPicture(words, group_shapley, phi));
}

std::string BeeswarmPicture(const ReportWords& words) {
  const auto& columns = words.report.shapley().columns();
  const int drawn = std::min(columns.size(), kDrawn);
  double least = 0, greatest = 0;
  std::vector<std::string> names;
  for (int i = 0; i < drawn; ++i) {
    names.push_back(words.label(columns[i].feature()));
    for (const double contribution : columns[i].contributions()) {
      if (std::isfinite(contribution))
        least = std::min(least, contribution), greatest = std::max(greatest, contribution);
    }
  }
  if (!(greatest > least)) return "";
  SvgChart chart({.width = 640, .height = 50 + 30.0 * drawn},
                 words.Numbers(least, greatest, words.say(phrase::kContribution, words.Scale())), RowAxis(names),
                 words.say(phrase::kBeeswarm));
  chart.Segment({0, 0}, {0, static_cast<double>(drawn)}, "threshold");
  std::map<std::string, std::vector<Point>> dots;
  for (int row = 0; row < drawn; ++row) {
    Swarm swarm(least, greatest);
    for (int i = 0; i < columns[row].contributions_size(); ++i) {
      const double contribution = columns[row].contributions(i);
      if (!std::isfinite(contribution)) continue;
      const double rank = i < columns[row].ranks_size() ? columns[row].ranks(i) : std::nan("");
      dots[RankKind(rank)].push_back({contribution, row + 0.5 + swarm.Offset(contribution)});
    }
  }
  for (const auto& [kind, points] : dots) chart.Dots(points, kind + " small");
  chart.Key("rank0", words.say(phrase::kLowValue));
  chart.Key("rank4", words.say(phrase::kHighValue));
  if (dots.contains("norank")) chart.Key("norank", words.say(phrase::kNoRank));
  return Figure("", chart.Svg());
}

}  // namespace ebb
