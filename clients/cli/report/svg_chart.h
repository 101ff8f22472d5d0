// Pictures as inline SVG: a plot with two axes, and marks in the unit of the data. Rows with names are a plot, too,
// whose vertical axis has the names as ticks. How marks look is said by the page's style sheet: `kind` is a class of
// it.
//
// Marks that are not finite are left out, those outside the axes are moved to their edge.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace ebb {

// A place on an axis that is named.
struct Tick {
  double at;
  std::string text;
};

struct Axis {
  // Left or lower end, and the other; `from` may be the greater.
  double from = 0;
  double to = 1;
  std::vector<Tick> ticks = {};
  // What is measured; may be empty.
  std::string label = {};
};

struct RoundValues {
  std::vector<double> values;
  // Digits behind the point that tell them apart.
  int decimals;
};

// Multiples of 1, 2 or 5 times a power of ten within [from, to], about `count` of them; the middle alone where the
// range is empty or not finite.
RoundValues RoundValuesBetween(double from, double to, int count);

// An axis of `names.size()` rows, the first on top: row i lies between i and i + 1.
Axis RowAxis(const std::vector<std::string>& names);

// The beginning of a text, with an ellipsis where something is cut off. Counts characters, not bytes.
std::string CutTo(const std::string& text, size_t characters);

struct Point {
  double x;
  double y;
};

class SvgChart {
 public:
  struct Size {
    double width = 480;
    double height = 320;
  };

  // `title` is what screen readers say and pointers show.
  SvgChart(Size size, Axis x, Axis y, std::string title);

  void Line(const std::vector<Point>& points, const std::string& kind);
  void Segment(Point from, Point to, const std::string& kind);
  void Dots(const std::vector<Point>& points, const std::string& kind);
  // A filled rectangle; `tip` is shown where a pointer rests on it.
  void Box(Point corner, Point opposite, const std::string& kind, double opacity = 1, const std::string& tip = {});
  // Text centred on a point, or beginning at it.
  void Note(Point at, const std::string& text);
  void NoteAfter(Point at, const std::string& text);
  // Names a kind of marks under the picture.
  void Key(const std::string& kind, const std::string& text);

  std::string Svg() const;

 private:
  double PixelX(double x) const;
  double PixelY(double y) const;
  void Text(double x, double y, const std::string& attributes, const std::string& text);
  void DrawAxes();

  const Size size_;
  const Axis x_;
  const Axis y_;
  const std::string title_;
  double left_ = 0, top_ = 0, right_ = 0, bottom_ = 0;
  std::string marks_;
  std::vector<std::pair<std::string, std::string>> keys_;
};

}  // namespace ebb
