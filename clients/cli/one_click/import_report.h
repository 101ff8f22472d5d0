// What an import found and did, for people and for programs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/cli/one_click/customer_join.h"
#include "clients/cli/one_click/data_check.h"

namespace ebb::one_click {

struct FileReport {
  std::string file;
  std::string table;  // name of the spec
  int64_t rows = 0;
  CsvDialect dialect;
  std::optional<char> decimal_mark;
  int64_t blank_lines = 0;
  int64_t trimmed_cells = 0;
  RepeatedRows repeated;
  int64_t unmatched_rows = 0;  // of customers that market_file does not name: left out
};

// What the store answered.
struct SentReport {
  int64_t customers = 0;
  bool already_imported = false;
  std::string as_of;  // RFC 3339
};

struct ImportReport {
  std::array<FileReport, 4> files;
  int64_t customers = 0;
  int64_t equal_but_for_customer_in_market_file = 0;
  int64_t equal_but_for_customer_joined = 0;
  std::vector<Repair> repairs;
  DataCheck check;
  std::string snapshot_id;
  std::optional<SentReport> sent;  // absent until it was sent, and with --dry-run
};

ImportReport MakeReport(const ShopTables& tables, const JoinedShop& shop, const DataCheck& check,
                        const std::string& snapshot_id);

// Sections for people; ends with a line break.
std::string ReportAsText(const ImportReport& report);

// One JSON object, indented; ends with a line break. Its fields are stable.
std::string ReportAsJson(const ImportReport& report);

}  // namespace ebb::one_click
