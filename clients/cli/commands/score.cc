#include <algorithm>

#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/customer_list.h"
#include "clients/cli/score_cells.h"
#include "clients/cpp/scorer_client.h"

namespace ebb {
namespace {

constexpr size_t kScoresACall = 1'000;
constexpr int kPageSize = 10'000;

absl::Status ScoreAll(CommandContext& context, Table& table) {
  v1::ListScoresRequest request;
  request.set_page_size(kPageSize);
  do {
    const absl::StatusOr<v1::ListScoresResponse> page = context.scorer().ListScores(request);
    if (!page.ok()) return page.status();
    for (const v1::Score& score : page->scores()) table.AddRow(ScoreCells(score));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::Status ScoreSome(CommandContext& context, const std::vector<std::string>& customers, Table& table,
                       std::vector<std::string>& unknown) {
  for (size_t begin = 0; begin < customers.size(); begin += kScoresACall) {
    v1::GetScoresRequest request;
    for (size_t i = begin; i < std::min(begin + kScoresACall, customers.size()); ++i)
      request.add_customer_ids(customers[i]);
    const absl::StatusOr<v1::GetScoresResponse> response = context.scorer().GetScores(request);
    if (!response.ok()) return response.status();
    for (const v1::Score& score : response->scores()) table.AddRow(ScoreCells(score));
    unknown.insert(unknown.end(), response->not_found().begin(), response->not_found().end());
  }
  return absl::OkStatus();
}

absl::Status RunScore(const CustomerSelection& selection, CommandContext& context) {
  if (absl::Status status = CheckCustomers(selection); !status.ok()) return status;
  Table table(ScoreColumns());
  std::vector<std::string> unknown;
  const absl::Status status =
      selection.all ? ScoreAll(context, table) : ScoreSome(context, selection.customers, table, unknown);
  if (!status.ok()) return status;
  if (!table.rows().empty() || unknown.empty()) Print(context, table);
  return UnknownCustomers(unknown, "no score is known");
}

}  // namespace

Command ScoreCommand() {
  auto selection = std::make_shared<CustomerSelection>();
  Command command{.name = "score",
                  .group = CommandGroup::kScores,
                  .summary = "Latest probability of decline, segment and value at risk of customers"};
  command.description =
      "The probability is that purchases decline within the next three months after as_of. A value at risk of - means "
      "that no profit is known. The expected revenue is that of the calendar month after as_of, at risk is it times "
      "the "
      "probability; - where the model does not tell it.\n"
      "CSV and JSON carry all digits. Exit status 3 when a customer has no score (the others are printed).";
  command.examples = {{"ebb score 215348", "one customer"},
                      {"ebb score --all --output csv", "everybody, for a spreadsheet"}};
  DeclareCustomers(command, selection.get());
  command.run = [selection](CommandContext& context) { return RunScore(*selection, context); };
  return command;
}

}  // namespace ebb
