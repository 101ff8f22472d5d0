// The JSON and CSV forms of tables and records.
#pragma once

#include <string>
#include <vector>

#include "clients/cli/table.h"

namespace ebb {

// The value as JSON and CSV write it: all digits, no quotes; empty for no value.
std::string ValueText(const Cell& cell);

// Objects keyed by column, one a line.
std::string JsonArray(const Table& table);
std::string JsonDocument(const std::vector<Section>& document);

// One line with its line end (CR LF would be RFC 4180's; LF is what every tool here takes).
std::string CsvFields(const std::vector<std::string>& names);
std::string CsvRow(const std::vector<Cell>& cells);

}  // namespace ebb
