#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/customer_list.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/feature_store_client.h"

namespace ebb {
namespace {

constexpr size_t kFeaturesACall = 1'000;

struct FeaturesOptions {
  CustomerSelection selection;
  std::string as_of;
};

Cell ValueCell(const v1::FeatureColumn& column, int row) {
  if (row < column.numbers_size()) {
    Cell cell = RealCell(column.numbers(row), 4);
    // Whole numbers (counts, months, pieces) read better without decimals.
    if (std::abs(column.numbers(row)) < 1e15 && column.numbers(row) == std::floor(column.numbers(row)))
      cell.shown.resize(cell.shown.size() - 5);
    return cell;
  }
  if (row < column.categories_size() && !column.categories(row).empty()) return TextCell(column.categories(row));
  return NoCell();
}

absl::StatusOr<std::vector<std::string>> AllCustomers(CommandContext& context) {
  std::vector<std::string> customers;
  v1::ListCustomersRequest request;
  request.set_page_size(10'000);
  do {
    const absl::StatusOr<v1::ListCustomersResponse> page = context.feature_store().ListCustomers(request);
    if (!page.ok()) return page.status();
    customers.insert(customers.end(), page->customer_ids().begin(), page->customer_ids().end());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return customers;
}

// Asks in parts and hands each answer on.
absl::Status Ask(CommandContext& context, const std::vector<std::string>& customers, const std::string& as_of,
                 const std::function<void(const v1::GetFeaturesRequest&, const v1::GetFeaturesResponse&)>& take) {
  v1::GetFeaturesRequest request;
  if (!as_of.empty()) {
    const absl::StatusOr<absl::Time> time = ParseTime(as_of, absl::Now());
    if (!time.ok()) return UsageError(absl::StrCat("--as-of: ", time.status().message()));
    *request.mutable_as_of() = ToTimestamp(*time);
  }
  for (size_t begin = 0; begin < customers.size(); begin += kFeaturesACall) {
    request.clear_customer_ids();
    for (size_t i = begin; i < std::min(begin + kFeaturesACall, customers.size()); ++i)
      request.add_customer_ids(customers[i]);
    const absl::StatusOr<v1::GetFeaturesResponse> response = context.feature_store().GetFeatures(request);
    if (!response.ok()) return response.status();
    if (response->found_size() != request.customer_ids_size() ||
        response->as_of_micros_size() != request.customer_ids_size() ||
        response->columns_size() != response->feature_names_size()) {
      return absl::InternalError(
          "the feature store's answer does not fit the question: one entry a customer and one column a name were "
          "expected");
    }
    take(request, *response);
  }
  return absl::OkStatus();
}

// One customer for people: a line a feature, and where its value comes from.
Table OneCustomer(const v1::GetFeaturesResponse& response) {
  Table table({"feature", "value", "from"});
  for (int i = 0; i < response.columns_size(); ++i) {
    const v1::FeatureColumn& column = response.columns(i);
    const std::string status = column.statuses_size() > 0 ? v1::FeatureStatus_Name(column.statuses(0)) : "";
    Cell value = ValueCell(column, 0);
    // Text, so that numbers and categories of one column stand alike.
    if (!value.shown.empty()) value = TextCell(value.shown);
    table.AddRow({TextCell(response.feature_names(i)), std::move(value), TextCell(absl::AsciiStrToLower(status))});
  }
  return table;
}

std::vector<std::string> Columns(const v1::GetFeaturesResponse& response) {
  std::vector<std::string> columns = {"customer_id", "as_of"};
  columns.insert(columns.end(), response.feature_names().begin(), response.feature_names().end());
  return columns;
}

absl::Status RunFeatures(const FeaturesOptions& options, CommandContext& context) {
  if (absl::Status status = CheckCustomers(options.selection); !status.ok()) return status;
  absl::StatusOr<std::vector<std::string>> customers = options.selection.customers;
  if (options.selection.all) customers = AllCustomers(context);
  if (!customers.ok()) return customers.status();
  std::optional<Table> table;
  std::vector<std::string> unknown;
  const auto take = [&](const v1::GetFeaturesRequest& request, const v1::GetFeaturesResponse& response) {
    if (!table) table.emplace(Columns(response));
    for (int row = 0; row < request.customer_ids_size(); ++row) {
      if (!response.found(row)) {
        unknown.push_back(request.customer_ids(row));
        continue;
      }
      if (customers->size() == 1 && context.format() == OutputFormat::kTable) {
        table = OneCustomer(response);
        continue;
      }
      std::vector<Cell> cells = {TextCell(request.customer_ids(row)),
                                 TimeCell(absl::FromUnixMicros(response.as_of_micros(row)))};
      for (const v1::FeatureColumn& column : response.columns()) cells.push_back(ValueCell(column, row));
      table->AddRow(std::move(cells));
    }
  };
  if (absl::Status status = Ask(context, *customers, options.as_of, take); !status.ok()) return status;
  if (!table) table.emplace(std::vector<std::string>{"customer_id", "as_of"});
  if (!table->rows().empty() || unknown.empty()) Print(context, *table);
  return UnknownCustomers(unknown, "nothing is known");
}

}  // namespace

Command FeaturesCommand() {
  auto options = std::make_shared<FeaturesOptions>();
  Command command{
      .name = "features", .group = CommandGroup::kData, .summary = "Features of customers, now or as of a time"};
  command.description =
      "As of a time T only events before T count that were known before T. Exit status 3 when a customer is not "
      "known.\n"
      "`ebb features list`, `check` and `diff` tell of the declarations; a customer of such a name comes after `--`.";
  command.examples = {{"ebb features 215348", "one customer"},
                      {"ebb features 215348 --as-of 7d", "a week ago"},
                      {"ebb features --all --output csv", "everybody"}};
  DeclareCustomers(command, &options->selection);
  command.Add("--as-of", &options->as_of, "Time of the vectors: 2026-10-01, 2026-10-01T12:00:00Z, 7d (default now)")
      .Value("TIME");
  command.run = [options](CommandContext& context) { return RunFeatures(*options, context); };
  return command;
}

}  // namespace ebb
