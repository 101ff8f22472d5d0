// Reads a table of separated values without being told its dialect: separator, byte-order mark and line ends are found
// out and reported.
//
// Fields may be quoted as in RFC 4180 ("" is a quote within quotes). What cannot be a table is refused with file, line,
// column, value and rule. A CsvTable is a plain value: share it between threads as long as nobody writes. All errors
// are INVALID_ARGUMENT, save those of the file system (NOT_FOUND, PERMISSION_DENIED, ...).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace ebb::one_click {

enum class LineEnds { kLf, kCrLf, kMixed };

// What was found out about a file.
struct CsvDialect {
  char separator = ',';  // comma, semicolon or tab
  bool byte_order_mark = false;
  LineEnds line_ends = LineEnds::kLf;
};

struct CsvRow {
  int64_t line = 0;  // that it begins on; the header is on line 1
  std::vector<std::string> fields;
};

struct CsvTable {
  std::string file;  // as it stands in messages: the name without its folder
  CsvDialect dialect;
  std::vector<std::string> header;
  std::vector<CsvRow> rows;  // each as wide as the header; at least one
  int64_t blank_lines = 0;   // skipped
};

// The largest file that is read: 1 GiB. A table is held in memory.
inline constexpr int64_t kMaxCsvBytes = int64_t{1} << 30;

absl::StatusOr<CsvTable> ReadCsvFile(const std::string& path);

absl::StatusOr<CsvTable> ParseCsv(std::string_view file, std::string_view bytes);

// For people: "comma", "semicolon", "tab"; "LF", "CRLF", "mixed".
std::string_view SeparatorName(char separator);
std::string_view LineEndsName(LineEnds line_ends);

}  // namespace ebb::one_click
