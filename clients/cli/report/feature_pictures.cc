#include "clients/cli/report/feature_pictures.h"

#include <algorithm>
#include <cmath>

#include "clients/cli/report/report_phrases.h"
#include "fmt/format.h"

namespace ebb {
namespace {

constexpr SvgChart::Size kSmall{.width = 330, .height = 200};
// Values of a category that are drawn; the table of the message holds more.
constexpr int kDrawnValues = 12;
// Up to so many features the matrix has room for figures.
constexpr int kFiguresInCells = 12;

std::string Histogram(const ReportWords& words, const v1::NumberDescription& number, const std::string& title) {
  if (number.histogram().empty()) return "";
  const Speech& say = words.say;
  int64_t most = 1;
  for (const v1::HistogramBin& bin : number.histogram()) most = std::max(most, bin.declined() + bin.steady());
  const double from = number.histogram(0).from(), to = number.histogram(number.histogram_size() - 1).to();
  SvgChart chart(kSmall, words.Numbers(from, to, std::string(), 4),
                 words.Numbers(0, static_cast<double>(most), phrase::kRows, 3), title);
  for (const v1::HistogramBin& bin : number.histogram()) {
    const double steady = static_cast<double>(bin.steady()), all = static_cast<double>(bin.declined() + bin.steady());
    const std::string tip =
        fmt::format("{}–{}: {} {}, {} {}", say.Amount(bin.from()), say.Amount(bin.to()), say(phrase::kDeclined),
                    say.Count(bin.declined()), say(phrase::kSteady), say.Count(bin.steady()));
    if (steady > 0) chart.Box({bin.from(), 0}, {bin.to(), steady}, "steady", 0.75, tip);
    if (all > steady) chart.Box({bin.from(), steady}, {bin.to(), all}, "declined", 0.75, tip);
  }
  chart.Key("declined", say(phrase::kDeclined));
  chart.Key("steady", say(phrase::kSteady));
  const double top = static_cast<double>(most);
  if (number.has_declined() && number.has_steady()) {
    chart.Segment({number.declined().median(), 0}, {number.declined().median(), top}, "declined median");
    chart.Segment({number.steady().median(), 0}, {number.steady().median(), top}, "steady median");
    chart.Key("declined median", say(phrase::kMedianDeclined));
    chart.Key("steady median", say(phrase::kMedianSteady));
  }
  return chart.Svg();
}

std::string ShareOfEachValue(const ReportWords& words, const v1::CategoryDescription& category,
                             const std::string& title) {
  if (category.counts().empty()) return "";
  const Speech& say = words.say;
  const int drawn = std::min(category.counts_size(), kDrawnValues);
  std::vector<std::string> names;
  for (int i = 0; i < drawn; ++i) names.push_back(category.counts(i).value());
  SvgChart chart({.width = kSmall.width, .height = std::max(kSmall.height, 50.0 + 20 * drawn)},
                 words.Shares(phrase::kShareDeclined), RowAxis(names), title);
  for (int i = 0; i < drawn; ++i) {
    const v1::CategoryCount& count = category.counts(i);
    const int64_t rows = count.declined() + count.steady();
    if (rows == 0) continue;
    const double share = static_cast<double>(count.declined()) / static_cast<double>(rows);
    chart.Box({0, i + 0.15}, {share, i + 0.85}, "declined", 0.75);
    const std::string note = say(phrase::kOfRows, say.Count(count.declined()), say.Count(rows));
    // Beside the bar, or in it where it leaves no room.
    share < 0.6 ? chart.NoteAfter({share, i + 0.5}, note) : chart.NoteAfter({0, i + 0.5}, note);
  }
  return chart.Svg();
}

}  // namespace

std::string FeaturePictures(const ReportWords& words) {
  std::string figures;
  for (const v1::FeatureDescription* feature : words.ByStrength()) {
    if (!feature->left_out().empty()) continue;  // the table says why; a picture would be empty, or a single bar
    const std::string name = words.label(feature->name());
    const std::string relation = words.Relation(feature->label());
    figures += Figure(relation.empty() ? name : name + " · " + relation,
                      feature->has_category() ? ShareOfEachValue(words, feature->category(), name)
                                              : Histogram(words, feature->number(), name));
  }
  return figures;
}

std::string AssociationPicture(const ReportWords& words) {
  const v1::AssociationMatrix& matrix = words.report.associations();
  const int size = matrix.features_size();
  if (size < 2 || matrix.values_size() != size * size) return "";
  // Columns have the rows' numbers: names would not fit above them.
  std::vector<std::string> names;
  Axis columns{.from = 0, .to = static_cast<double>(size)};
  for (int i = 0; i < size; ++i) {
    const std::string number = fmt::format("{}", i + 1);
    names.push_back(CutTo(words.label(matrix.features(i)), 26) + " " + number);
    columns.ticks.push_back({i + 0.5, number});
  }
  SvgChart chart({.width = 560, .height = 40 + 21.0 * size}, columns, RowAxis(names), words.say(phrase::kAssociations));
  bool any_opposite = false;
  for (int row = 0; row < size; ++row) {
    for (int column = 0; column < size; ++column) {
      const int at = row * size + column;
      const double value = matrix.values(at);
      if (!std::isfinite(value)) continue;
      const bool opposite = at < matrix.signs_size() && matrix.signs(at) < 0;
      any_opposite = any_opposite || opposite;
      const std::string figure = words.say.Real(opposite ? -value : value, 2);
      chart.Box({column + 0.03, row + 0.05}, {column + 0.97, row + 0.95}, opposite ? "opposite" : "together",
                std::clamp(value, 0.0, 1.0) * 0.9,
                words.label(matrix.features(row)) + " – " + words.label(matrix.features(column)) + ": " + figure);
      if (size <= kFiguresInCells) chart.Note({column + 0.5, row + 0.5}, figure);
    }
  }
  chart.Key("together", words.say(phrase::kAssociationKey));
  if (any_opposite) chart.Key("opposite", words.say(phrase::kAssociationOpposite));
  return Figure("", chart.Svg());
}

}  // namespace ebb
