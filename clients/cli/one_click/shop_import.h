// From four paths to a checked snapshot and what there is to say about it: the whole import short of sending it.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cli/one_click/import_report.h"
#include "clients/cli/one_click/snapshot.h"
#include "clients/cli/one_click/vocabulary.h"

namespace ebb::one_click {

struct ShopPaths {
  std::string market_file;
  std::string market_money;
  std::string market_time;
  std::string money;
};

struct ShopImport {
  Snapshot snapshot;
  ImportReport report;
  // What the snapshot was made from, for errors that name the cell. Shared, because the rows point into the tables.
  std::shared_ptr<const ShopSource> source;
};

// Nothing is sent anywhere. The first thing that is not as it should be refuses all four files, with file, line,
// column, value and rule.
absl::StatusOr<ShopImport> ReadShop(const ShopPaths& paths, const Vocabulary& vocabulary);

}  // namespace ebb::one_click
