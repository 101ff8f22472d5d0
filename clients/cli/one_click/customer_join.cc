#include "clients/cli/one_click/customer_join.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "clients/cli/one_click/cell_error.h"

namespace ebb::one_click {
namespace {

using CustomerIndex = std::unordered_map<std::string_view, CustomerRow*>;

Activity ActivityNamed(const std::optional<std::string>& name) {
  if (!name.has_value()) return Activity::kUnlabelled;
  return *name == "declined" ? Activity::kDeclined : Activity::kSteady;
}

void TakeValues(const ShopTable& table, const ShopRecord& record, CustomerRow& customer) {
  const int period = table.spec->periods == 0 ? 0 : PeriodIndex(*record.values[1]);
  for (size_t column = 0; column < record.values.size(); ++column) {
    const ShopColumn& spec = table.spec->columns[column];
    if (spec.kind == ValueKind::kActivity) customer.activity = ActivityNamed(record.values[column]);
    const size_t feature = FeatureIndex(spec.features[period]);
    if (feature == kFeatureNames.size() || !record.values[column].has_value()) continue;
    customer.values[feature] = SourcedValue{*record.values[column], &table, record.line};
  }
}

// Rows of customers that `index` does not hold.
absl::StatusOr<int64_t> AddTable(const ShopTable& table, const ShopTable& market_file, CustomerIndex& index) {
  int64_t unmatched = 0;
  for (const ShopRecord& record : table.records) {
    const auto customer = index.find(*record.values[0]);
    if (customer == index.end()) {
      ++unmatched;
    } else {
      TakeValues(table, record, *customer->second);
    }
  }
  if (unmatched == static_cast<int64_t>(table.records.size())) {
    const ShopRecord& first = table.records.front();
    return CellError(
        {table.file, first.line, table.headers[0], *first.values[0]},
        fmt::format("neither this nor any other customer of the file is in {}: the files are not of one export",
                    Shown(market_file.file)));
  }
  return unmatched;
}

}  // namespace

absl::StatusOr<JoinedShop> JoinCustomers(const ShopTables& tables) {
  JoinedShop shop;
  shop.customers.resize(tables.market_file.records.size());
  for (size_t i = 0; i < shop.customers.size(); ++i)
    shop.customers[i].customer_id = *tables.market_file.records[i].values[0];
  std::sort(shop.customers.begin(), shop.customers.end(),
            [](const CustomerRow& a, const CustomerRow& b) { return a.customer_id < b.customer_id; });
  CustomerIndex index;
  for (CustomerRow& customer : shop.customers) index[customer.customer_id] = &customer;
  const auto all = tables.All();
  for (size_t i = 0; i < all.size(); ++i) {
    absl::StatusOr<int64_t> unmatched = AddTable(*all[i], tables.market_file, index);
    if (!unmatched.ok()) return unmatched.status();
    shop.unmatched[i] = *unmatched;
  }
  return shop;
}

int64_t CountEqualButForCustomer(const JoinedShop& shop) {
  std::unordered_set<std::string> seen;
  int64_t repeated = 0;
  for (const CustomerRow& customer : shop.customers) {
    std::string content = fmt::format("{}\n", static_cast<int>(customer.activity));
    for (const auto& value : customer.values) content += (value.has_value() ? value->text : "\x01") + '\n';
    repeated += !seen.insert(std::move(content)).second;
  }
  return repeated;
}

}  // namespace ebb::one_click
