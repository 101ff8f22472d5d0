#include "clients/cli/one_click/csv_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "clients/cli/one_click/cell_error.h"
#include "clients/cli/one_click/unicode_text.h"

namespace ebb::one_click {
namespace {

constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
constexpr std::array<char, 3> kSeparators = {',', ';', '\t'};

// The candidate that the header holds most often outside of quotes; 0 if it holds none.
char DetectSeparator(std::string_view text) {
  std::array<int64_t, kSeparators.size()> counts = {};
  bool quoted = false;
  for (const char c : text.substr(0, text.find('\n'))) {
    if (c == '"') quoted = !quoted;
    for (size_t i = 0; i < kSeparators.size() && !quoted; ++i) counts[i] += c == kSeparators[i];
  }
  const auto most = std::max_element(counts.begin(), counts.end());
  return *most == 0 ? '\0' : kSeparators[most - counts.begin()];
}

// Splits the bytes after the byte-order mark into rows.
class RowSplitter {
 public:
  RowSplitter(std::string_view file, std::string_view text, char separator)
      : file_(file), rest_(text), separator_(separator) {}

  bool done() const { return rest_.empty(); }

  // The next line's fields; one empty field for a blank line.
  absl::StatusOr<CsvRow> Next() {
    CsvRow row;
    row.line = line_;
    while (true) {
      absl::StatusOr<std::string> field = rest_.starts_with('"') ? Quoted(row) : Plain(row);
      if (!field.ok()) return field.status();
      row.fields.push_back(*std::move(field));
      if (rest_.starts_with(separator_)) {
        rest_.remove_prefix(1);
        continue;
      }
      EndLine();
      return row;
    }
  }

  LineEnds line_ends() const { return cr_lf_ == 0 ? LineEnds::kLf : lf_ == 0 ? LineEnds::kCrLf : LineEnds::kMixed; }

 private:
  bool AtFieldEnd() const {
    return rest_.empty() || rest_.front() == separator_ || rest_.front() == '\n' || rest_.starts_with("\r\n");
  }

  void EndLine() {
    if (rest_.empty()) return;
    const bool cr_lf = rest_.front() == '\r';
    ++(cr_lf ? cr_lf_ : lf_);
    rest_.remove_prefix(cr_lf ? 2 : 1);
    ++line_;
  }

  absl::StatusOr<std::string> Plain(const CsvRow& row) {
    std::string field;
    while (!AtFieldEnd()) {
      if (rest_.front() == '"') {
        return Error(row, field + '"',
                     "a quote inside an unquoted value: put the whole value in quotes and double the quote");
      }
      field += rest_.front();
      rest_.remove_prefix(1);
    }
    return field;
  }

  absl::StatusOr<std::string> Quoted(const CsvRow& row) {
    std::string field;
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') {
        if (!rest_.starts_with('"')) {
          if (AtFieldEnd()) return field;
          return Error(row, field, "text after the closing quote: only a separator or the line's end may follow");
        }
        rest_.remove_prefix(1);
      }
      if (c == '\n') ++line_;
      field += c;
    }
    return Error(row, field, "the quote that opens this value is never closed");
  }

  absl::Status Error(const CsvRow& row, std::string_view value, std::string_view rule) const {
    return CellError({file_, row.line, fmt::format("number {}", row.fields.size() + 1), value}, rule);
  }

  std::string_view file_;
  std::string_view rest_;
  char separator_;
  int64_t line_ = 1;
  int64_t lf_ = 0;
  int64_t cr_lf_ = 0;
};

absl::Status CheckText(std::string_view file, const CsvRow& row, const std::vector<std::string>& header) {
  for (size_t i = 0; i < row.fields.size(); ++i) {
    const std::string& value = row.fields[i];
    const std::string column = &row.fields == &header ? fmt::format("number {}", i + 1) : header[i];
    const size_t invalid = FirstInvalidUtf8(value);
    if (invalid != std::string::npos) {
      return CellError(
          {file, row.line, column, value},
          fmt::format("byte {:#04x} is not UTF-8: save the file as UTF-8 (Excel: \"CSV UTF-8\"; older exports "
                      "are often Windows-1251)",
                      static_cast<unsigned char>(value[invalid])));
    }
    if (HasControl(value)) {
      return CellError({file, row.line, column, value},
                       "control characters and line breaks are not allowed in a value");
    }
  }
  return absl::OkStatus();
}

bool IsBlank(const CsvRow& row) { return row.fields.size() == 1 && Trimmed(row.fields[0]).empty(); }

absl::Status ReadHeader(RowSplitter& splitter, CsvTable& table) {
  absl::StatusOr<CsvRow> header = splitter.Next();
  if (!header.ok()) return header.status();
  absl::Status status = CheckText(table.file, *header, header->fields);
  if (!status.ok()) return status;
  table.header = std::move(header->fields);
  return absl::OkStatus();
}

absl::Status ReadRows(RowSplitter& splitter, CsvTable& table) {
  while (!splitter.done()) {
    absl::StatusOr<CsvRow> row = splitter.Next();
    if (!row.ok()) return row.status();
    if (IsBlank(*row)) {
      ++table.blank_lines;
      continue;
    }
    if (row->fields.size() != table.header.size()) {
      return LineError(table.file, row->line,
                       fmt::format("{} values, but the header names {} columns: every line must have as many",
                                   row->fields.size(), table.header.size()));
    }
    absl::Status status = CheckText(table.file, *row, table.header);
    if (!status.ok()) return status;
    table.rows.push_back(*std::move(row));
  }
  if (table.rows.empty()) return LineError(table.file, 0, "no rows after the header: export it again");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CsvTable> ParseCsv(std::string_view file, std::string_view bytes) {
  CsvTable table;
  table.file = file;
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) {
    return LineError(file, 1, "the file is UTF-16: save it as UTF-8");
  }
  table.dialect.byte_order_mark = bytes.starts_with(kUtf8Mark);
  if (table.dialect.byte_order_mark) bytes.remove_prefix(kUtf8Mark.size());
  if (bytes.empty()) return LineError(file, 0, "the file is empty: export it again");
  table.dialect.separator = DetectSeparator(bytes);
  if (table.dialect.separator == '\0') {
    return CellError({file, 1, "number 1", bytes.substr(0, bytes.find('\n'))},
                     "the first line must name the columns, separated by comma, semicolon or tab");
  }
  RowSplitter splitter(file, bytes, table.dialect.separator);
  absl::Status status = ReadHeader(splitter, table);
  if (status.ok()) status = ReadRows(splitter, table);
  if (!status.ok()) return status;
  table.dialect.line_ends = splitter.line_ends();
  return table;
}

absl::StatusOr<CsvTable> ReadCsvFile(const std::string& path) {
  const std::string file = std::filesystem::path(path).filename().string();
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return LineError(file, 0, fmt::format("{} is a folder, not a file", path));
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::ErrnoToStatus(errno != 0 ? errno : EIO, fmt::format("cannot open {}", path));
  // A pipe has no size: what it gives is bounded below as well.
  std::string bytes;
  std::array<char, 1 << 16> block;
  while (in.read(block.data(), block.size()) || in.gcount() > 0) {
    bytes.append(block.data(), in.gcount());
    if (static_cast<int64_t>(bytes.size()) > kMaxCsvBytes) {
      return LineError(file, 0, fmt::format("larger than {} bytes: import it in parts", kMaxCsvBytes));
    }
  }
  if (in.bad()) return absl::ErrnoToStatus(EIO, fmt::format("cannot read {}", path));
  return ParseCsv(file, bytes);
}

std::string_view SeparatorName(char separator) {
  return separator == ',' ? "comma" : separator == ';' ? "semicolon" : "tab";
}

std::string_view LineEndsName(LineEnds line_ends) {
  switch (line_ends) {
    case LineEnds::kLf:
      return "LF";
    case LineEnds::kCrLf:
      return "CRLF";
    case LineEnds::kMixed:
      return "mixed";
  }
  return "";
}

}  // namespace ebb::one_click
