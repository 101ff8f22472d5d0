#include "clients/cli/report/svg_chart.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "clients/cli/report/html_text.h"
#include "fmt/format.h"

namespace ebb {
namespace {

// Of the style sheet's font, Cyrillic letters among it; texts are cut by it, not measured.
constexpr double kCharacterWidth = 7.4;
constexpr double kLineHeight = 16;
constexpr size_t kLongestName = 30;

bool Begins(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

size_t Characters(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), Begins));
}

double WidestTick(const Axis& axis) {
  size_t longest = 0;
  for (const Tick& tick : axis.ticks) longest = std::max(longest, std::min(Characters(tick.text), kLongestName));
  return static_cast<double>(longest) * kCharacterWidth;
}

bool Finite(Point point) { return std::isfinite(point.x) && std::isfinite(point.y); }

std::string Class(const char* shape, const std::string& kind) {
  return fmt::format("class=\"{}{}{}\"", shape, kind.empty() ? "" : " ", EscapeHtml(kind));
}

// Where `value` lies between the ends of an axis, 0 to 1.
double Share(const Axis& axis, double value) {
  const double span = axis.to - axis.from;
  return span == 0 || !std::isfinite(span) ? 0.5 : std::clamp((value - axis.from) / span, 0.0, 1.0);
}

}  // namespace

RoundValues RoundValuesBetween(double from, double to, int count) {
  if (!(to > from) || !std::isfinite(to - from)) return {{std::isfinite(from) ? from : 0}, 0};
  const double rough = (to - from) / std::max(1, count);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double step = power * (rough / power < 1.5 ? 1 : rough / power < 3 ? 2 : rough / power < 7 ? 5 : 10);
  RoundValues round{{}, static_cast<int>(std::max(0.0, -std::floor(std::log10(step) + 1e-9)))};
  // Not by adding up: a sum of tenths is no tenth.
  for (double i = std::ceil(from / step - 1e-9); i * step <= to + step * 1e-9; ++i)
    round.values.push_back(i == 0 ? 0 : i * step);
  return round;
}

Axis RowAxis(const std::vector<std::string>& names) {
  Axis axis{.from = static_cast<double>(names.size()), .to = 0};
  for (size_t i = 0; i < names.size(); ++i) axis.ticks.push_back({static_cast<double>(i) + 0.5, names[i]});
  return axis;
}

std::string CutTo(const std::string& text, size_t characters) {
  if (Characters(text) <= characters) return text;
  size_t end = 0, seen = 0;
  for (; end < text.size(); ++end) {
    if (Begins(text[end]) && ++seen == characters) break;
  }
  return text.substr(0, end) + "…";
}

SvgChart::SvgChart(Size size, Axis x, Axis y, std::string title)
    : size_(size), x_(std::move(x)), y_(std::move(y)), title_(std::move(title)) {
  left_ = WidestTick(y_) + 12 + (y_.label.empty() ? 0 : kLineHeight);
  top_ = 8;
  right_ = size_.width - 14;
  bottom_ = size_.height - 8 - (x_.ticks.empty() ? 0 : kLineHeight) - (x_.label.empty() ? 0 : kLineHeight);
  DrawAxes();
}

double SvgChart::PixelX(double x) const { return left_ + Share(x_, x) * (right_ - left_); }
double SvgChart::PixelY(double y) const { return bottom_ - Share(y_, y) * (bottom_ - top_); }

void SvgChart::Text(double x, double y, const std::string& attributes, const std::string& text) {
  marks_ += Element("text", fmt::format("x=\"{:.1f}\" y=\"{:.1f}\" {}", x, y, attributes), EscapeHtml(text)) + "\n";
}

void SvgChart::DrawAxes() {
  for (const Tick& tick : x_.ticks) {
    const double x = PixelX(tick.at);
    marks_ += fmt::format("<path class=\"grid\" d=\"M{:.1f} {:.1f}V{:.1f}\"/>", x, top_, bottom_);
    Text(x, bottom_ + 13, "text-anchor=\"middle\"", tick.text);
  }
  for (const Tick& tick : y_.ticks) {
    const double y = PixelY(tick.at);
    marks_ += fmt::format("<path class=\"grid\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>", left_, y, right_);
    const std::string name = EscapeHtml(CutTo(tick.text, kLongestName));
    const std::string tip = Characters(tick.text) > kLongestName ? Element("title", "", EscapeHtml(tick.text)) : "";
    marks_ +=
        Element("text", fmt::format("x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\"", left_ - 5, y + 4), tip + name);
  }
  if (!x_.label.empty()) {
    Text((left_ + right_) / 2, size_.height - 5, "class=\"label\" text-anchor=\"middle\"", x_.label);
  }
  if (!y_.label.empty()) {
    const double middle = (top_ + bottom_) / 2;
    Text(12, middle, fmt::format("class=\"label\" text-anchor=\"middle\" transform=\"rotate(-90 12 {:.1f})\"", middle),
         y_.label);
  }
}

void SvgChart::Line(const std::vector<Point>& points, const std::string& kind) {
  std::string path;
  for (const Point& point : points) {
    if (!Finite(point)) continue;
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? 'M' : 'L', PixelX(point.x), PixelY(point.y));
  }
  if (!path.empty()) marks_ += fmt::format("<path {} d=\"{}\"/>\n", Class("line", kind), path);
}

void SvgChart::Segment(Point from, Point to, const std::string& kind) {
  if (Finite(from) && Finite(to)) Line({from, to}, kind);
}

// One path for all of a kind: a dot is a stroke without length under a round cap, a tenth of a circle's text.
void SvgChart::Dots(const std::vector<Point>& points, const std::string& kind) {
  std::string path;
  for (const Point& point : points) {
    if (Finite(point)) path += fmt::format("M{:.1f} {:.1f}h.01", PixelX(point.x), PixelY(point.y));
  }
  if (!path.empty()) marks_ += fmt::format("<path {} d=\"{}\"/>\n", Class("dots", kind), path);
}

void SvgChart::Box(Point corner, Point opposite, const std::string& kind, double opacity, const std::string& tip) {
  if (!Finite(corner) || !Finite(opposite) || !std::isfinite(opacity)) return;
  const double x = std::min(PixelX(corner.x), PixelX(opposite.x));
  const double y = std::min(PixelY(corner.y), PixelY(opposite.y));
  const double width = std::abs(PixelX(corner.x) - PixelX(opposite.x));
  const double height = std::abs(PixelY(corner.y) - PixelY(opposite.y));
  std::string attributes = fmt::format("{} x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"",
                                       Class("box", kind), x, y, width, height);
  if (opacity < 1) attributes += fmt::format(" fill-opacity=\"{:.2f}\"", std::max(0.0, opacity));
  marks_ += Element("rect", attributes, tip.empty() ? "" : Element("title", "", EscapeHtml(tip))) + "\n";
}

void SvgChart::Note(Point at, const std::string& text) {
  if (Finite(at)) Text(PixelX(at.x), PixelY(at.y) + 4, "class=\"note\" text-anchor=\"middle\"", text);
}

void SvgChart::NoteAfter(Point at, const std::string& text) {
  if (Finite(at)) Text(PixelX(at.x) + 5, PixelY(at.y) + 4, "class=\"note\"", text);
}

void SvgChart::Key(const std::string& kind, const std::string& text) { keys_.emplace_back(kind, text); }

std::string SvgChart::Svg() const {
  std::string svg = Element("svg",
                            fmt::format("viewBox=\"0 0 {0:.0f} {1:.0f}\" role=\"img\" style=\"max-width:{0:.0f}px\"",
                                        size_.width, size_.height),
                            Element("title", "", EscapeHtml(title_)) + "\n" + marks_);
  if (keys_.empty()) return svg + "\n";
  std::string keys;
  for (const auto& [kind, text] : keys_) {
    keys += Element("span", "", Element("i", Class("key", kind), "") + EscapeHtml(text));
  }
  return svg + "\n" + Element("p", "class=\"keys\"", keys) + "\n";
}

}  // namespace ebb
