#include "clients/cli/one_click/vocabulary_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "clients/cli/one_click/cell_error.h"
#include "clients/cli/one_click/shop_columns.h"

namespace ebb::one_click {
namespace {

constexpr std::array<std::string_view, 2> kActivityNames = {"declined", "steady"};

absl::Status Refuse(std::string_view column, std::string_view rule) {
  return absl::InvalidArgumentError(fmt::format("vocabulary, column \"{}\": {}", column, rule));
}

// Every name must be declared and nothing else may be.
absl::Status CheckNames(const Vocabulary& vocabulary, std::string_view column,
                        std::span<const std::string_view> names) {
  const std::vector<std::string> declared = vocabulary.ValueNames(std::string(column));
  for (const std::string_view name : names) {
    if (std::find(declared.begin(), declared.end(), name) == declared.end()) {
      return Refuse(column, fmt::format("declares no term \"{}\"", name));
    }
  }
  for (const std::string& name : declared) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return Refuse(column, fmt::format("term \"{}\" must be one of {}", Shown(name), fmt::join(names, ", ")));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckColumn(const Vocabulary& vocabulary, const ShopColumn& column) {
  if (vocabulary.columns().Spellings(std::string(column.name)).empty()) return Refuse(column.name, "is not declared");
  switch (column.kind) {
    case ValueKind::kPeriod:
      return CheckNames(vocabulary, column.name, kPeriodNames);
    case ValueKind::kActivity:
      return CheckNames(vocabulary, column.name, kActivityNames);
    case ValueKind::kWord:
      return vocabulary.ValueNames(std::string(column.name)).empty() ? Refuse(column.name, "has no value_sets")
                                                                     : absl::OkStatus();
    case ValueKind::kCustomerId:
    case ValueKind::kCategory:
    case ValueKind::kWhole:
    case ValueKind::kDecimal:
      break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckVocabulary(const Vocabulary& vocabulary) {
  for (const ShopTableSpec* table : {&kMarketFile, &kMarketMoney, &kMarketTime, &kMoney}) {
    for (const ShopColumn& column : table->columns) {
      absl::Status status = CheckColumn(vocabulary, column);
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace ebb::one_click
