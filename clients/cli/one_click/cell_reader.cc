#include "clients/cli/one_click/cell_reader.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace ebb::one_click {
namespace {

constexpr size_t kMaxCustomerIdBytes = 128;
constexpr size_t kMaxCategoryBytes = 256;
constexpr size_t kMaxRememberedWords = 10'000;

absl::Status Rule(std::string rule) { return absl::InvalidArgumentError(rule); }

std::string RangeRule(const ShopColumn& column) {
  if (std::isinf(column.maximum)) return fmt::format("must be {} or more", column.minimum);
  return fmt::format("must be between {} and {}", column.minimum, column.maximum);
}

}  // namespace

absl::StatusOr<std::optional<std::string>> CellReader::Read(size_t column, std::string_view text, int64_t line) {
  const ShopColumn& rule = spec_.columns[column];
  if (text.empty()) {
    if (rule.kind == ValueKind::kCustomerId) return Rule("every row needs a customer");
    if (rule.kind == ValueKind::kPeriod) return Rule("every row needs a period");
    return std::nullopt;
  }
  switch (rule.kind) {
    case ValueKind::kCustomerId:
      if (text.size() > kMaxCustomerIdBytes)
        return Rule(fmt::format("must have at most {} bytes", kMaxCustomerIdBytes));
      return std::string(text);
    case ValueKind::kCategory:
      if (text.size() > kMaxCategoryBytes) return Rule(fmt::format("must have at most {} bytes", kMaxCategoryBytes));
      return ReadWord(column, text, line);
    case ValueKind::kPeriod:
    case ValueKind::kActivity:
    case ValueKind::kWord:
      return ReadWord(column, text, line);
    case ValueKind::kWhole:
    case ValueKind::kDecimal:
      return ReadNumber(rule, text);
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<std::string>> CellReader::ReadWord(size_t column, std::string_view text, int64_t line) {
  const std::pair<size_t, std::string> key(column, text);
  auto found = known_.find(key);
  if (found == known_.end()) {
    absl::StatusOr<WordMatch> match = vocabulary_.FindValue(std::string(spec_.columns[column].name), text);
    if (!match.ok()) return Rule(std::string(match.status().message()));
    if (known_.size() >= kMaxRememberedWords) known_.clear();
    found = known_.emplace(key, *std::move(match)).first;
  }
  const WordMatch& match = found->second;
  if (match.repair != RepairKind::kNone) {
    RepairedWord& repaired = repaired_[key];
    if (repaired.rows++ == 0) repaired.match = match, repaired.first_line = line;
  }
  return match.name;
}

absl::StatusOr<std::optional<std::string>> CellReader::ReadNumber(const ShopColumn& column, std::string_view text) {
  absl::StatusOr<std::string> decimal = decimals_.Read(text);
  if (!decimal.ok()) return decimal.status();
  if (column.kind == ValueKind::kWhole && DecimalsOf(*decimal) > 0) return Rule("must be a whole number");
  if (column.decimals >= 0 && DecimalsOf(*decimal) > static_cast<size_t>(column.decimals))
    return Rule(fmt::format("must have at most {} digits after the decimal mark", column.decimals));
  const double value = DecimalToDouble(*decimal);
  if (value < column.minimum || value > column.maximum) return Rule(RangeRule(column));
  return *std::move(decimal);
}

}  // namespace ebb::one_click
