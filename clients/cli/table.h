// Results: the same rows as an aligned table for people, as CSV or JSON for programs.
//
// A Table is plain data; Print decides how it looks. Column names are stable: they are the JSON keys and the CSV
// header. Numbers keep all their digits in JSON and CSV (17 significant ones for reals) and are rounded in tables only.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"

namespace ebb {

class CommandContext;

// One value. Build it with the functions below.
struct Cell {
  std::variant<std::monostate, std::string, int64_t, double, bool> value;
  // How a table shows it. JSON and CSV use `value`.
  std::string shown;
};

// No value: `-` in a table, null in JSON, empty in CSV.
Cell NoCell();
Cell TextCell(std::string_view text);
Cell CountCell(int64_t count);
// A real number, shown with this many decimals; not finite: no value.
Cell RealCell(double number, int decimals = 4);
// A share of one, shown in percent.
Cell ShareCell(double share, int decimals = 1);
Cell BoolCell(bool value);
// RFC 3339 in UTC, microseconds where there are any. InfinitePast: no value.
Cell TimeCell(absl::Time time);

// Columns with values of numbers are aligned to the right.
class Table {
 public:
  // `title` stands above the table for people and names the table in a document of several ("training.confusion" style
  // names are not used: lower_snake_case). May be empty when a command prints one table only.
  explicit Table(std::vector<std::string> columns, std::string title = {});
  // One cell a column.
  void AddRow(std::vector<Cell> cells);

  const std::string& title() const { return title_; }
  const std::vector<std::string>& columns() const { return columns_; }
  const std::vector<std::vector<Cell>>& rows() const { return rows_; }

 private:
  std::string title_;
  std::vector<std::string> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// One thing with named values: lines of `name  value` for people, one JSON object, a CSV of one row.
class Record {
 public:
  explicit Record(std::string title = {}) : title_(std::move(title)) {}
  void Add(std::string name, Cell cell) { fields_.emplace_back(std::move(name), std::move(cell)); }

  const std::string& title() const { return title_; }
  const std::vector<std::pair<std::string, Cell>>& fields() const { return fields_; }

 private:
  std::string title_;
  std::vector<std::pair<std::string, Cell>> fields_;
};

// Several results of one command: titles between them for people, one JSON object with a key a title (the fields of an
// untitled record stand in it directly), and in CSV the first table only (a CSV file holds one table; ask for JSON to
// get all).
using Section = std::variant<Table, Record>;

// Prints to context.out() in the format asked.
void Print(CommandContext& context, const Table& table);
void Print(CommandContext& context, const Record& record);
void Print(CommandContext& context, const std::vector<Section>& document);

// One JSON object on one line, for streams.
std::string JsonLine(const Record& record);
// One CSV line (with the line end) of names or values, for streams.
std::string CsvHeader(const Record& record);
std::string CsvLine(const Record& record);

// A JSON string with its quotes; invalid UTF-8 becomes U+FFFD.
std::string JsonString(std::string_view text);
// A CSV field: quoted where needed; text that a spreadsheet would run as a formula (= + - @, tab, return first) gets a
// leading apostrophe.
std::string CsvText(std::string_view text);

}  // namespace ebb
