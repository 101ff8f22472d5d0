#include "clients/cli/one_click/refused_cell.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "clients/cli/one_click/cell_error.h"

namespace ebb::one_click {
namespace {

// Takes `name[number]` and a point after it from the front of `path`.
std::optional<size_t> TakeIndex(std::string_view name, std::string_view& path) {
  std::string_view rest = path;
  if (!rest.starts_with(name)) return std::nullopt;
  rest.remove_prefix(name.size());
  if (!rest.starts_with('[')) return std::nullopt;
  size_t index = 0;
  const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), index);
  rest.remove_prefix(static_cast<size_t>(end - rest.data()));
  if (error != std::errc() || !rest.starts_with(']')) return std::nullopt;
  rest.remove_prefix(1);
  if (rest.starts_with('.')) rest.remove_prefix(1);
  path = rest;
  return index;
}

const CustomerRow* CustomerNamed(const JoinedShop& shop, const std::string& id) {
  const auto found =
      std::lower_bound(shop.customers.begin(), shop.customers.end(), id,
                       [](const CustomerRow& row, const std::string& wanted) { return row.customer_id < wanted; });
  return found == shop.customers.end() || found->customer_id != id ? nullptr : &*found;
}

// Where a feature of a customer was read.
std::optional<CellPlace> PlaceOf(const CustomerRow& customer, std::string_view feature) {
  const size_t index = FeatureIndex(feature);
  if (index == kFeatureNames.size() || !customer.values[index].has_value()) return std::nullopt;
  const SourcedValue& value = *customer.values[index];
  for (size_t column = 0; column < value.table->headers.size(); ++column) {
    const auto& features = value.table->spec->columns[column].features;
    if (std::find(features.begin(), features.end(), feature) != features.end())
      return CellPlace{value.table->file, value.line, value.table->headers[column], value.text};
  }
  return std::nullopt;
}

// Where the customer is listed.
std::optional<CellPlace> PlaceOf(const ShopTable& market_file, const std::string& customer) {
  for (const ShopRecord& record : market_file.records) {
    if (record.values[0] == customer) return CellPlace{market_file.file, record.line, market_file.headers[0], customer};
  }
  return std::nullopt;
}

}  // namespace

absl::Status AtItsCell(const absl::Status& refused, const ShopImport& import) {
  if (!absl::IsInvalidArgument(refused)) return refused;
  const std::string message(refused.message());
  std::string_view path = message;
  const std::optional<size_t> index = TakeIndex("rows", path);
  if (!index.has_value() || *index >= import.snapshot.rows.size()) return refused;
  const v1::SnapshotRow& row = import.snapshot.rows[*index];
  const CustomerRow* customer = CustomerNamed(import.source->shop, row.customer_id());
  const std::optional<size_t> value = TakeIndex("snapshot.values", path);
  std::optional<CellPlace> place;
  if (customer != nullptr && value.has_value() && *value < static_cast<size_t>(row.snapshot().values_size()))
    place = PlaceOf(*customer, row.snapshot().values(static_cast<int>(*value)).feature());
  if (!place.has_value()) place = PlaceOf(import.source->tables.market_file, row.customer_id());
  if (!place.has_value()) return refused;
  // The store repeats the value, which the cell's error shows already.
  const size_t rule = message.find("`; ");
  return CellError(*place, rule == std::string::npos ? message : message.substr(rule + 3));
}

}  // namespace ebb::one_click
