#include "clients/cli/report/svg_chart.h"

#include <cmath>
#include <limits>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Ticks(double from, double to, int count) {
  const RoundValues round = RoundValuesBetween(from, to, count);
  std::string text;
  for (const double value : round.values) text += fmt::format("{:.{}f} ", value, round.decimals);
  return text;
}

TEST(SvgChartTest, TicksAreRoundAndWithinTheRange) {
  EXPECT_EQ(Ticks(0, 1, 5), "0.0 0.2 0.4 0.6 0.8 1.0 ");
  EXPECT_EQ(Ticks(0.83, 0.937, 5), "0.84 0.86 0.88 0.90 0.92 ");
  EXPECT_EQ(Ticks(-3, 7, 5), "-2 0 2 4 6 ");
  EXPECT_EQ(Ticks(0, 1234, 4), "0 500 1000 ");
  EXPECT_EQ(Ticks(5, 5, 4), "5 ");
  EXPECT_EQ(Ticks(std::nan(""), 5, 4), "0 ");
}

TEST(SvgChartTest, ALongNameIsCutBetweenCharacters) {
  EXPECT_EQ(CutTo("визит", 5), "визит");
  EXPECT_EQ(CutTo("страница", 5), "стра…");
}

SvgChart Chart() {
  return SvgChart({.width = 100, .height = 100}, {.from = 0, .to = 10}, {.from = 0, .to = 1}, "A <picture>");
}

TEST(SvgChartTest, MarksStandWhereTheAxesSay) {
  SvgChart chart = Chart();
  chart.Line({{0, 0}, {10, 1}}, "cross");
  chart.Dots({{5, 0.5}}, "holdout");
  chart.Box({0, 0}, {10, 0.5}, "bar", 0.5, "half & half");
  EXPECT_THAT(chart.Svg(), HasSubstr("<title>A &lt;picture&gt;</title>"));
  EXPECT_THAT(chart.Svg(), HasSubstr("<path class=\"line cross\" d=\"M12.0 92.0L86.0 8.0\"/>"));
  EXPECT_THAT(chart.Svg(), HasSubstr("<path class=\"dots holdout\" d=\"M49.0 50.0h.01\"/>"));
  EXPECT_THAT(chart.Svg(), HasSubstr("<rect class=\"box bar\" x=\"12.0\" y=\"50.0\" width=\"74.0\" height=\"42.0\" "
                                     "fill-opacity=\"0.50\"><title>half &amp; half</title></rect>"));
}

TEST(SvgChartTest, WhatIsNotANumberIsLeftOutAndWhatIsOutsideStandsOnTheEdge) {
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  SvgChart chart = Chart();
  chart.Line({{0, nan}, {infinity, 1}}, "cross");
  chart.Segment({0, 0}, {nan, 0}, "cross");
  chart.Box({0, 0}, {nan, 1}, "bar");
  chart.Note({nan, 1}, "nowhere");
  EXPECT_THAT(chart.Svg(), Not(HasSubstr("nan")));
  EXPECT_THAT(chart.Svg(), Not(HasSubstr("<path")));
  chart.Dots({{99, -1}}, "holdout");
  EXPECT_THAT(chart.Svg(), HasSubstr("M86.0 92.0h.01"));
}

TEST(SvgChartTest, RowsGoFromTopToBottom) {
  SvgChart chart({.width = 100, .height = 100}, {.from = 0, .to = 1}, RowAxis({"first", "second"}), "rows");
  const std::string svg = chart.Svg();
  EXPECT_THAT(svg, HasSubstr("y=\"33.0\" text-anchor=\"end\">first<"));
  EXPECT_THAT(svg, HasSubstr("y=\"75.0\" text-anchor=\"end\">second<"));
}

}  // namespace
}  // namespace ebb
