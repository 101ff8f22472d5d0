// Writes a synthetic shop as the four files that `ebb import one-click` reads, with a few of the faults that such
// exports have: a tier and a period misspelt, a revenue with a digit too many, customers without revenue in the earlier
// months.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace ebb::generate {

struct ShopPlan {
  int64_t customers = 0;
  uint64_t seed = 0;
};

// Where the files go: any four streams.
struct ShopStreams {
  std::ostream& market_file;
  std::ostream& market_money;
  std::ostream& market_time;
  std::ostream& money;
};

// The same bytes for the same plan. `made` is told how many customers are done, now and then.
void WriteShop(const ShopPlan& plan, ShopStreams out, absl::FunctionRef<void(int64_t)> made);

// Writes market_file.csv, market_money.csv, market_time.csv and money.csv into `folder`, which is made if it is not
// there. Files of these names are replaced, all four at the end, or none if anything fails.
absl::Status WriteShopFiles(const ShopPlan& plan, const std::string& folder, absl::FunctionRef<void(int64_t)> made);

}  // namespace ebb::generate
