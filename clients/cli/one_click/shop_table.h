// One of the shop's files, understood: every cell checked by its column's rule, every word by the vocabulary, every
// repair counted.
//
// Plain values; safe from several threads as long as nobody writes. Errors are INVALID_ARGUMENT with file, line,
// column, value and rule; the first one ends the reading.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cli/one_click/csv_reader.h"
#include "clients/cli/one_click/shop_columns.h"
#include "clients/cli/one_click/vocabulary.h"

namespace ebb::one_click {

// One row. `values` has one entry a column of the spec, in its order: words by their name in the vocabulary, numbers as
// canonical decimals; absent where the cell is empty.
struct ShopRecord {
  int64_t line = 0;
  std::vector<std::optional<std::string>> values;
};

// A word that was not written as declared, and what it was taken for.
struct Repair {
  std::string file;
  std::string column;  // as in the file
  std::string from;
  std::string to;  // the declared spelling
  RepairKind kind = RepairKind::kNone;
  int64_t rows = 0;
  int64_t first_line = 0;
};

// Rows that say again what another says. One of each is kept.
struct RepeatedRows {
  int64_t identical = 0;  // to the byte
  int64_t same_key = 0;   // same id (and period) and the same content, written differently
};

struct ShopTable {
  const ShopTableSpec* spec = nullptr;
  std::string file;
  CsvDialect dialect;
  std::optional<char> decimal_mark;  // absent where no number has one
  int64_t rows = 0;                  // after the header, repeated ones included
  int64_t blank_lines = 0;
  int64_t trimmed_cells = 0;         // with spaces around the value
  std::vector<std::string> headers;  // as in the file, in the order of the spec
  std::vector<ShopRecord> records;   // in the order of the file, repeated ones left out
  std::vector<Repair> repairs;
  RepeatedRows repeated;
};

// Refuses unknown, missing and double columns, bad cells, and rows of the same id (and period) that disagree.
absl::StatusOr<ShopTable> UnderstandTable(const ShopTableSpec& spec, const CsvTable& csv, const Vocabulary& vocabulary);

// Rows that equal an earlier one in all but the customer.
int64_t CountEqualButForCustomer(const ShopTable& table);

}  // namespace ebb::one_click
