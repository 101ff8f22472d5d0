#include "clients/cli/one_click/shop_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "clients/cli/one_click/cell_error.h"
#include "clients/cli/one_click/cell_reader.h"
#include "clients/cli/one_click/unicode_text.h"

namespace ebb::one_click {
namespace {

constexpr size_t kNoColumn = static_cast<size_t>(-1);

// The words of this file's own columns; a header is never taken for another file's.
TermSet OwnHeaders(const ShopTableSpec& spec, const Vocabulary& vocabulary) {
  TermSet own;
  for (const ShopColumn& column : spec.columns) {
    for (const std::string& spelling : vocabulary.columns().Spellings(std::string(column.name)))
      own.Add(column.name, spelling);
  }
  return own;
}

size_t ColumnNamed(const ShopTableSpec& spec, std::string_view name) {
  const auto found =
      std::find_if(spec.columns.begin(), spec.columns.end(), [&](const ShopColumn& c) { return c.name == name; });
  return found == spec.columns.end() ? kNoColumn : found - spec.columns.begin();
}

// For each column of the spec the field that holds it.
absl::StatusOr<std::vector<size_t>> FindColumns(const CsvTable& csv, const Vocabulary& vocabulary, ShopTable& table) {
  const ShopTableSpec& spec = *table.spec;
  const TermSet headers = OwnHeaders(spec, vocabulary);
  std::vector<size_t> fields(spec.columns.size(), kNoColumn);
  table.headers.resize(spec.columns.size());
  for (size_t i = 0; i < csv.header.size(); ++i) {
    const std::string header(Trimmed(csv.header[i]));
    absl::StatusOr<WordMatch> match = headers.Find(header);
    if (!match.ok()) {
      return CellError({csv.file, 1, header, header},
                       fmt::format("is no column of {}: {}", spec.name, std::string(match.status().message())));
    }
    const size_t column = ColumnNamed(spec, match->name);
    if (fields[column] != kNoColumn) {
      return CellError({csv.file, 1, header, header},
                       fmt::format("names the same column as \"{}\": keep one", Shown(table.headers[column])));
    }
    fields[column] = i;
    table.headers[column] = header;
    if (match->repair != RepairKind::kNone) {
      table.repairs.push_back({csv.file, header, header, match->spelling, match->repair, 1, 1});
    }
  }
  for (size_t column = 0; column < fields.size(); ++column) {
    if (fields[column] != kNoColumn) continue;
    TermSet missing;
    const std::string name(spec.columns[column].name);
    for (const std::string& spelling : vocabulary.columns().Spellings(name)) missing.Add(name, spelling);
    return LineError(csv.file, 1, fmt::format("column {} is missing: {} needs it", missing.Choices(), spec.name));
  }
  return fields;
}

absl::StatusOr<ShopRecord> ReadRecord(const CsvRow& row, const std::vector<size_t>& fields, CellReader& cells,
                                      ShopTable& table) {
  ShopRecord record;
  record.line = row.line;
  for (size_t column = 0; column < fields.size(); ++column) {
    const std::string& raw = row.fields[fields[column]];
    const std::string_view text = Trimmed(raw);
    if (text.size() != raw.size()) ++table.trimmed_cells;
    absl::StatusOr<std::optional<std::string>> value = cells.Read(column, text, row.line);
    const CellPlace place = {table.file, row.line, table.headers[column], raw};
    if (!value.ok()) return CellError(place, std::string(value.status().message()));
    if (table.spec->columns[column].kind == ValueKind::kPeriod && PeriodIndex(**value) >= table.spec->periods) {
      return CellError(place, fmt::format("{} holds the last {} months only", table.spec->name, table.spec->periods));
    }
    record.values.push_back(*std::move(value));
  }
  return record;
}

// What must not stand in two rows: the customer, or the customer and the period.
std::string KeyOf(const ShopRecord& record, const ShopTableSpec& spec) {
  return spec.periods == 0 ? *record.values[0] : *record.values[0] + '\n' + *record.values[1];
}

// Two rows of one key that say different things.
absl::Status Conflict(const ShopTable& table, const ShopRecord& first, const ShopRecord& second) {
  const auto [a, b] = std::mismatch(first.values.begin(), first.values.end(), second.values.begin());
  const size_t column = a - first.values.begin();
  return CellError(
      {table.file, second.line, table.headers[column], b->value_or("")},
      fmt::format("line {} already gives customer {} the value \"{}\" there: one row a customer{}, remove one",
                  first.line, Shown(*first.values[0]), Shown(a->value_or("")),
                  table.spec->periods == 0 ? "" : " and period"));
}

// Reads all rows, keeping one of each key.
absl::Status ReadRecords(const CsvTable& csv, const std::vector<size_t>& fields, CellReader& cells, ShopTable& table) {
  struct First {
    size_t row;
    size_t record;
  };
  std::unordered_map<std::string, First> seen;
  seen.reserve(csv.rows.size());
  table.records.reserve(csv.rows.size());
  for (size_t row = 0; row < csv.rows.size(); ++row) {
    absl::StatusOr<ShopRecord> record = ReadRecord(csv.rows[row], fields, cells, table);
    if (!record.ok()) return record.status();
    const auto [first, is_new] = seen.try_emplace(KeyOf(*record, *table.spec), First{row, table.records.size()});
    if (is_new) {
      table.records.push_back(*std::move(record));
    } else if (csv.rows[first->second.row].fields == csv.rows[row].fields) {
      ++table.repeated.identical;
    } else if (table.records[first->second.record].values == record->values) {
      ++table.repeated.same_key;
    } else {
      return Conflict(table, table.records[first->second.record], *record);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ShopTable> UnderstandTable(const ShopTableSpec& spec, const CsvTable& csv,
                                          const Vocabulary& vocabulary) {
  ShopTable table;
  table.spec = &spec;
  table.file = csv.file;
  table.dialect = csv.dialect;
  table.rows = static_cast<int64_t>(csv.rows.size());
  table.blank_lines = csv.blank_lines;
  absl::StatusOr<std::vector<size_t>> fields = FindColumns(csv, vocabulary, table);
  if (!fields.ok()) return fields.status();
  CellReader cells(spec, vocabulary);
  absl::Status status = ReadRecords(csv, *fields, cells, table);
  if (!status.ok()) return status;
  table.decimal_mark = cells.decimal_mark();
  for (const auto& [key, word] : cells.repaired()) {
    table.repairs.push_back({table.file, table.headers[key.first], key.second, word.match.spelling, word.match.repair,
                             word.rows, word.first_line});
  }
  return table;
}

int64_t CountEqualButForCustomer(const ShopTable& table) {
  std::unordered_set<std::string> seen;
  int64_t repeated = 0;
  for (const ShopRecord& record : table.records) {
    std::string content;  // Values hold no control characters, so a line break parts them and \x01 stands for a gap.
    for (size_t i = 1; i < record.values.size(); ++i) content += record.values[i].value_or("\x01") + '\n';
    repeated += !seen.insert(std::move(content)).second;
  }
  return repeated;
}

}  // namespace ebb::one_click
