// The four tables as one row a customer.
//
// Plain values; safe from several threads as long as nobody writes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cli/one_click/shop_columns.h"
#include "clients/cli/one_click/shop_table.h"

namespace ebb::one_click {

// The four files, understood.
struct ShopTables {
  ShopTable market_file;
  ShopTable market_money;
  ShopTable market_time;
  ShopTable money;

  std::array<const ShopTable*, 4> All() const { return {&market_file, &market_money, &market_time, &money}; }
};

// A value and where it was read.
struct SourcedValue {
  std::string text;  // canonical
  const ShopTable* table = nullptr;
  int64_t line = 0;
};

enum class Activity { kUnlabelled, kDeclined, kSteady };

struct CustomerRow {
  std::string customer_id;
  Activity activity = Activity::kUnlabelled;
  // One entry a name in kFeatureNames; absent where the files say nothing.
  std::array<std::optional<SourcedValue>, kFeatureNames.size()> values;
  // Why the row must not be trained on; filled by the data check.
  std::vector<std::string> training_exclusions;
};

struct JoinedShop {
  std::vector<CustomerRow>
      customers;  // of market_file, by customer_id in byte order: the export's own order gives the label away
  std::array<int64_t, 4> unmatched =
      {};  // rows of each of ShopTables::All() whose customer is not in market_file: left out
};

// Both together: who has a value can say where it was read.
struct ShopSource {
  ShopTables tables;
  JoinedShop shop;
};

// The rows point into `tables`, which must outlive them. INVALID_ARGUMENT if a file has not one customer in common with
// market_file.
absl::StatusOr<JoinedShop> JoinCustomers(const ShopTables& tables);

// Rows that equal another in all but the customer, label included.
int64_t CountEqualButForCustomer(const JoinedShop& shop);

}  // namespace ebb::one_click
