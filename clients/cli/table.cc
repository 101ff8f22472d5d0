// Tables, records and documents for people. Their JSON and CSV forms: table_text.cc.
#include "clients/cli/table.h"

#include <algorithm>
#include <cmath>
#include <ostream>

#include "clients/cli/command_context.h"
#include "clients/cli/display_width.h"
#include "clients/cli/table_text.h"
#include "clients/cli/time_text.h"
#include "fmt/format.h"

namespace ebb {
namespace {

constexpr int kGap = 2;
constexpr int kNarrowest = 8;

std::string Shown(const Cell& cell) {
  if (!cell.shown.empty()) return cell.shown;
  if (std::holds_alternative<std::monostate>(cell.value)) return "-";
  if (const auto* text = std::get_if<std::string>(&cell.value)) return *text;
  if (const auto* yes = std::get_if<bool>(&cell.value)) return *yes ? "yes" : "no";
  return ValueText(cell);
}

// Control characters would move the cursor or change colours: what comes from outside must not act on a terminal.
std::string WithoutControls(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return text;
}

std::string Padded(const std::string& text, int width, bool right) {
  const std::string cut = CutToWidth(text, width);
  const std::string pad(std::max(0, width - DisplayWidth(cut)), ' ');
  return right ? pad + cut : cut + pad;
}

bool IsNumber(const Cell& cell) {
  return std::holds_alternative<int64_t>(cell.value) || std::holds_alternative<double>(cell.value);
}

// Narrows the widest text columns until the line fits; numbers are never cut.
void FitWidths(std::vector<int>& widths, const std::vector<bool>& numeric, int terminal_width) {
  if (terminal_width <= 0) return;
  const auto total = [&] {
    int sum = -kGap;
    for (int width : widths) sum += width + kGap;
    return sum;
  };
  while (total() > terminal_width) {
    int widest = -1;
    for (size_t i = 0; i < widths.size(); ++i) {
      if (!numeric[i] && widths[i] > kNarrowest && (widest < 0 || widths[i] > widths[widest]))
        widest = static_cast<int>(i);
    }
    if (widest < 0) return;
    --widths[widest];
  }
}

std::string JoinedLine(const std::vector<std::string>& cells, const std::vector<int>& widths,
                       const std::vector<bool>& numeric) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line.append(kGap, ' ');
    line += Padded(cells[i], widths[i], numeric[i]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

void PrintForPeople(CommandContext& context, const Table& table) {
  const size_t columns = table.columns().size();
  std::vector<int> widths(columns, 1);
  std::vector<bool> numeric(columns, !table.rows().empty());
  const bool header = context.options().header;
  for (size_t i = 0; i < columns && header; ++i) widths[i] = DisplayWidth(table.columns()[i]);
  std::vector<std::vector<std::string>> texts;
  for (const auto& row : table.rows()) {
    auto& line = texts.emplace_back();
    for (size_t i = 0; i < columns; ++i) {
      line.push_back(WithoutControls(Shown(row[i])));
      widths[i] = std::max(widths[i], DisplayWidth(line.back()));
      numeric[i] = numeric[i] && (IsNumber(row[i]) || std::holds_alternative<std::monostate>(row[i].value));
    }
  }
  FitWidths(widths, numeric, context.options().terminal_width);
  if (header) {
    const std::string names = JoinedLine(table.columns(), widths, numeric);
    context.out() << (context.options().color ? "\x1b[1m" + names + "\x1b[0m" : names) << '\n';
  }
  for (const auto& line : texts) context.out() << JoinedLine(line, widths, numeric) << '\n';
}

void PrintForPeople(CommandContext& context, const Record& record) {
  int width = 0;
  for (const auto& [name, cell] : record.fields()) width = std::max(width, DisplayWidth(name));
  for (const auto& [name, cell] : record.fields()) {
    context.out() << Padded(name, width, /*right=*/false) << "  " << WithoutControls(Shown(cell)) << '\n';
  }
}

void PrintCsv(CommandContext& context, const Table& table) {
  if (context.options().header) context.out() << CsvFields(table.columns());
  for (const auto& row : table.rows()) context.out() << CsvRow(row);
}

void PrintCsv(CommandContext& context, const Record& record) {
  if (context.options().header) context.out() << CsvHeader(record);
  context.out() << CsvLine(record);
}

void PrintDocumentForPeople(CommandContext& context, const std::vector<Section>& document) {
  bool first = true;
  for (const Section& section : document) {
    if (!first) context.out() << '\n';
    first = false;
    std::visit(
        [&](const auto& part) {
          std::string title = part.title();
          std::replace(title.begin(), title.end(), '_', ' ');
          if (!title.empty())
            context.out() << (context.options().color ? "\x1b[1;36m" + title + "\x1b[0m" : title) << '\n';
          PrintForPeople(context, part);
        },
        section);
  }
}

void PrintDocumentAsCsv(CommandContext& context, const std::vector<Section>& document) {
  for (const Section& section : document) {
    if (const auto* table = std::get_if<Table>(&section)) return PrintCsv(context, *table);
  }
  if (!document.empty()) PrintCsv(context, std::get<Record>(document.front()));
}

}  // namespace

Cell NoCell() { return {}; }
Cell TextCell(std::string_view text) { return {std::string(text), {}}; }
Cell CountCell(int64_t count) { return {count, {}}; }
Cell BoolCell(bool value) { return {value, {}}; }

Cell RealCell(double number, int decimals) {
  if (!std::isfinite(number)) return NoCell();
  return {number, fmt::format("{:.{}f}", number, decimals)};
}

Cell ShareCell(double share, int decimals) {
  if (!std::isfinite(share)) return NoCell();
  return {share, fmt::format("{:.{}f}%", share * 100, decimals)};
}

Cell TimeCell(absl::Time time) {
  if (time == absl::InfinitePast()) return NoCell();
  return TextCell(UtcText(time));
}

Table::Table(std::vector<std::string> columns, std::string title)
    : title_(std::move(title)), columns_(std::move(columns)) {}

void Table::AddRow(std::vector<Cell> cells) {
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

void Print(CommandContext& context, const Table& table) {
  switch (context.format()) {
    case OutputFormat::kTable:
      return PrintForPeople(context, table);
    case OutputFormat::kJson:
      context.out() << JsonArray(table) << '\n';
      return;
    case OutputFormat::kCsv:
      return PrintCsv(context, table);
  }
}

void Print(CommandContext& context, const Record& record) {
  switch (context.format()) {
    case OutputFormat::kTable:
      return PrintForPeople(context, record);
    case OutputFormat::kJson:
      context.out() << JsonLine(record) << '\n';
      return;
    case OutputFormat::kCsv:
      return PrintCsv(context, record);
  }
}

void Print(CommandContext& context, const std::vector<Section>& document) {
  switch (context.format()) {
    case OutputFormat::kTable:
      return PrintDocumentForPeople(context, document);
    case OutputFormat::kJson:
      context.out() << JsonDocument(document) << '\n';
      return;
    case OutputFormat::kCsv:
      return PrintDocumentAsCsv(context, document);
  }
}

}  // namespace ebb
