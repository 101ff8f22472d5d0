#include "clients/cli/table.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "clients/cli/command_context.h"
#include "clients/cli/display_width.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ebb {
namespace {

std::string Printed(const auto& result, ContextOptions options) {
  std::ostringstream out, err;
  CommandContext context(options, out, err);
  Print(context, result);
  EXPECT_EQ(err.str(), "");
  return out.str();
}

ContextOptions In(OutputFormat format) {
  ContextOptions options;
  options.format = format;
  return options;
}

Table Customers() {
  Table table({"customer_id", "probability", "segment", "value_at_risk"}, "customers");
  table.AddRow({TextCell("Анна"), RealCell(0.1), TextCell("high_profit/at_risk"), RealCell(12.345, 2)});
  table.AddRow({TextCell("=1+1"), RealCell(1.0 / 3), TextCell("a \"b\", c"), NoCell()});
  return table;
}

TEST(TableTest, AlignsByWidthNotByBytes) {
  EXPECT_EQ(Printed(Customers(), In(OutputFormat::kTable)),
            "customer_id  probability  segment              value_at_risk\n"
            "Анна              0.1000  high_profit/at_risk          12.35\n"
            "=1+1              0.3333  a \"b\", c                         -\n");
}

TEST(TableTest, WideTablesAreCutToTheTerminalButNumbersNever) {
  ContextOptions options = In(OutputFormat::kTable);
  options.terminal_width = 52;
  const std::string text = Printed(Customers(), options);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(DisplayWidth(line), 52) << line;
  EXPECT_THAT(text, ::testing::HasSubstr("12.35"));
  EXPECT_THAT(text, ::testing::HasSubstr("…"));
}

TEST(TableTest, CsvKeepsAllDigitsAndDefusesFormulas) {
  EXPECT_EQ(Printed(Customers(), In(OutputFormat::kCsv)),
            "customer_id,probability,segment,value_at_risk\n"
            "Анна,0.10000000000000001,high_profit/at_risk,12.345000000000001\n"
            "'=1+1,0.33333333333333331,\"a \"\"b\"\", c\",\n");
}

TEST(TableTest, JsonIsAnArrayThatReadsBackToTheSameBits) {
  const auto json = nlohmann::json::parse(Printed(Customers(), In(OutputFormat::kJson)));
  ASSERT_EQ(json.size(), 2);
  EXPECT_EQ(json[0]["customer_id"], "Анна");
  EXPECT_EQ(json[1]["probability"].get<double>(), 1.0 / 3);
  EXPECT_TRUE(json[1]["value_at_risk"].is_null());
}

TEST(TableTest, AnEmptyTableIsAnEmptyArrayAndAHeader) {
  const Table table({"a", "b"});
  EXPECT_EQ(Printed(table, In(OutputFormat::kJson)), "[]\n");
  EXPECT_EQ(Printed(table, In(OutputFormat::kCsv)), "a,b\n");
  EXPECT_EQ(Printed(table, In(OutputFormat::kTable)), "a  b\n");
}

TEST(TableTest, HeaderCanBeLeftOut) {
  ContextOptions options = In(OutputFormat::kCsv);
  options.header = false;
  Table table({"a"});
  table.AddRow({CountCell(-5)});
  EXPECT_EQ(Printed(table, options), "-5\n");
  options.format = OutputFormat::kTable;
  EXPECT_EQ(Printed(table, options), "-5\n");
}

TEST(TableTest, ADocumentIsOneJsonObjectWithAKeyATable) {
  Record record;
  record.Add("version", CountCell(3));
  Record nested("all");
  nested.Add("known", BoolCell(true));
  const auto json =
      nlohmann::json::parse(Printed(std::vector<Section>{Customers(), record, nested}, In(OutputFormat::kJson)));
  EXPECT_EQ(json["customers"].size(), 2);
  EXPECT_EQ(json["version"], 3);
  EXPECT_EQ(json["all"]["known"], true);
}

TEST(TableTest, TextFromOutsideCannotActOnTheTerminal) {
  Table table({"a"});
  table.AddRow({TextCell("x\x1b[2J\ny")});
  EXPECT_EQ(Printed(table, In(OutputFormat::kTable)), "a\nx [2J y\n");
}

TEST(CellTest, WhatIsNotFiniteIsNoValue) {
  Record record;
  record.Add("a", RealCell(std::nan("")));
  record.Add("b", ShareCell(INFINITY));
  record.Add("c", TimeCell(absl::InfinitePast()));
  EXPECT_EQ(JsonLine(record), R"({"a":null,"b":null,"c":null})");
}

TEST(CsvTest, DefusesEverythingThatBeginsAFormula) {
  EXPECT_EQ(CsvText("=A1"), "'=A1");
  EXPECT_EQ(CsvText("+7"), "'+7");
  EXPECT_EQ(CsvText("-x"), "'-x");
  EXPECT_EQ(CsvText("@x"), "'@x");
  EXPECT_EQ(CsvText("\tx"), "'\tx");
  EXPECT_EQ(CsvText("\rx"), "\"'\rx\"");
  EXPECT_EQ(CsvText("a=b"), "a=b");
  EXPECT_EQ(CsvText(""), "");
}

TEST(DisplayWidthTest, KnowsWideAndCombiningCharacters) {
  EXPECT_EQ(DisplayWidth("привет"), 6);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1);
  EXPECT_EQ(DisplayWidth("漢字"), 4);
  EXPECT_EQ(DisplayWidth("\xff"), 1);
  EXPECT_EQ(CutToWidth("привет", 4), "при…");
  EXPECT_EQ(CutToWidth("漢字漢", 4), "漢…");
  EXPECT_EQ(CutToWidth("привет", 6), "привет");
}

}  // namespace
}  // namespace ebb
