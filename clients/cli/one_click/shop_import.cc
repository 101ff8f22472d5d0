#include "clients/cli/one_click/shop_import.h"

#include <utility>

#include "clients/cli/one_click/cell_error.h"
#include "clients/cli/one_click/csv_reader.h"
#include "clients/cli/one_click/customer_join.h"
#include "clients/cli/one_click/data_check.h"
#include "clients/cli/one_click/vocabulary_check.h"

namespace ebb::one_click {
namespace {

absl::Status ReadInto(const std::string& path, const ShopTableSpec& spec, const Vocabulary& vocabulary,
                      ShopTable& table) {
  absl::StatusOr<CsvTable> csv = ReadCsvFile(path);
  if (!csv.ok()) return csv.status();
  absl::StatusOr<ShopTable> understood = UnderstandTable(spec, *csv, vocabulary);
  if (!understood.ok()) return understood.status();
  table = *std::move(understood);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ShopImport> ReadShop(const ShopPaths& paths, const Vocabulary& vocabulary) {
  const auto source = std::make_shared<ShopSource>();
  ShopTables& tables = source->tables;
  absl::Status status = CheckVocabulary(vocabulary);
  if (status.ok()) status = ReadInto(paths.market_file, kMarketFile, vocabulary, tables.market_file);
  if (status.ok()) status = ReadInto(paths.market_money, kMarketMoney, vocabulary, tables.market_money);
  if (status.ok()) status = ReadInto(paths.market_time, kMarketTime, vocabulary, tables.market_time);
  if (status.ok()) status = ReadInto(paths.money, kMoney, vocabulary, tables.money);
  if (!status.ok()) return status;
  absl::StatusOr<JoinedShop> shop = JoinCustomers(tables);
  if (!shop.ok()) return shop.status();
  source->shop = *std::move(shop);
  const DataCheck check = CheckData(source->shop);
  ShopImport import;
  import.snapshot = MakeSnapshot(source->shop);
  if (import.snapshot.rows.empty())
    return LineError(tables.market_file.file, 0, "no customer has any value: export it again");
  import.report = MakeReport(tables, source->shop, check, import.snapshot.id);
  import.source = source;
  return import;
}

}  // namespace ebb::one_click
