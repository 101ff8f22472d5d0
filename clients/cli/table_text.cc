#include "clients/cli/table_text.h"

#include "fmt/format.h"
#include "runtime/log.h"

namespace ebb {
namespace {

std::string JsonValue(const Cell& cell) {
  if (std::holds_alternative<std::monostate>(cell.value)) return "null";
  if (const auto* text = std::get_if<std::string>(&cell.value)) return JsonString(*text);
  return ValueText(cell);
}

std::string CsvValue(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell.value)) return CsvText(*text);
  return ValueText(cell);
}

std::string JsonFields(const Record& record) {
  std::string json;
  for (const auto& [name, cell] : record.fields()) {
    if (!json.empty()) json += ",";
    json += JsonString(name) + ":" + JsonValue(cell);
  }
  return json;
}

}  // namespace

std::string ValueText(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell.value)) return *text;
  if (const auto* count = std::get_if<int64_t>(&cell.value)) return fmt::format("{}", *count);
  // 17 significant digits: every double comes back with the same bits.
  if (const auto* real = std::get_if<double>(&cell.value)) return fmt::format("{:.17g}", *real);
  if (const auto* yes = std::get_if<bool>(&cell.value)) return *yes ? "true" : "false";
  return "";
}

std::string JsonString(std::string_view text) {
  std::string json;
  AppendJsonString({text.data(), text.size()}, &json);
  return json;
}

std::string CsvText(std::string_view text) {
  std::string field;
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) field = "'";
  field += text;
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string quoted = "\"";
  for (char c : field) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string JsonLine(const Record& record) { return "{" + JsonFields(record) + "}"; }

std::string CsvHeader(const Record& record) {
  std::vector<std::string> names;
  for (const auto& [name, cell] : record.fields()) names.push_back(name);
  return CsvFields(names);
}

std::string CsvLine(const Record& record) {
  std::vector<Cell> cells;
  for (const auto& [name, cell] : record.fields()) cells.push_back(cell);
  return CsvRow(cells);
}

std::string JsonArray(const Table& table) {
  std::string json = "[";
  for (const auto& row : table.rows()) {
    json += json.size() > 1 ? ",\n {" : "\n {";
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) json += ",";
      json += JsonString(table.columns()[i]) + ":" + JsonValue(row[i]);
    }
    json += "}";
  }
  return json + (table.rows().empty() ? "]" : "\n]");
}

std::string JsonDocument(const std::vector<Section>& document) {
  std::string json;
  for (const Section& section : document) {
    if (!json.empty()) json += ",\n";
    if (const auto* table = std::get_if<Table>(&section)) {
      json += JsonString(table->title()) + ":" + JsonArray(*table);
      continue;
    }
    const auto& record = std::get<Record>(section);
    json += record.title().empty() ? JsonFields(record) : JsonString(record.title()) + ":" + JsonLine(record);
  }
  return "{" + json + "}";
}

std::string CsvFields(const std::vector<std::string>& names) {
  std::vector<Cell> cells;
  for (const std::string& name : names) cells.push_back(TextCell(name));
  return CsvRow(cells);
}

std::string CsvRow(const std::vector<Cell>& cells) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += ",";
    line += CsvValue(cells[i]);
  }
  return line + "\n";
}

}  // namespace ebb
