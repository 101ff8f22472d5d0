#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/customer_list.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/scorer_client.h"

namespace ebb {
namespace {

constexpr size_t kExplanationsACall = 10;
constexpr double kLongestBar = 20;

struct ExplainOptions {
  std::vector<std::string> customers;
  bool probability = false;
};

// `+++` raises the score, `---` lowers it; the greatest contribution of the customer is twenty long.
std::string Bar(double contribution, double greatest) {
  const auto length = greatest > 0 ? std::lround(std::abs(contribution) / greatest * kLongestBar) : 0;
  return std::string(static_cast<size_t>(length), contribution < 0 ? '-' : '+');
}

Cell ValueCell(const v1::Contribution& contribution) {
  switch (contribution.value_case()) {
    case v1::Contribution::kNumber:
      return RealCell(contribution.number(), 2);
    case v1::Contribution::kCategory:
      return TextCell(contribution.category());
    case v1::Contribution::VALUE_NOT_SET:
      return NoCell();
  }
  return NoCell();
}

void AddContributions(const v1::Explanation& explanation, bool with_bars, Table& table) {
  const double greatest =
      explanation.contributions().empty() ? 0 : std::abs(explanation.contributions(0).contribution());
  for (const v1::Contribution& contribution : explanation.contributions()) {
    std::vector<Cell> cells = {TextCell(explanation.customer_id()),
                               TextCell(contribution.feature()),
                               contribution.group().empty() ? NoCell() : TextCell(contribution.group()),
                               ValueCell(contribution),
                               RealCell(contribution.contribution()),
                               contribution.has_standard_error() ? RealCell(contribution.standard_error()) : NoCell(),
                               BoolCell(contribution.lever())};
    if (with_bars) cells.push_back(TextCell(Bar(contribution.contribution(), greatest)));
    table.AddRow(std::move(cells));
  }
}

void AddExplanation(const v1::Explanation& explanation, Table& table) {
  table.AddRow({TextCell(explanation.customer_id()), RealCell(explanation.probability()), RealCell(explanation.base()),
                RealCell(explanation.score()),
                TextCell(absl::AsciiStrToLower(v1::ExplanationScale_Name(explanation.scale()))),
                TextCell(absl::AsciiStrToLower(v1::ExplanationMethod_Name(explanation.method()))),
                CountCell(explanation.background_rows()), CountCell(explanation.model_version()),
                TimeCell(FromTimestamp(explanation.as_of()))});
}

absl::Status RunExplain(const ExplainOptions& options, CommandContext& context) {
  const bool with_bars = context.format() == OutputFormat::kTable;
  std::vector<std::string> columns = {"customer_id",  "feature",        "group", "value",
                                      "contribution", "standard_error", "lever"};
  if (with_bars) columns.push_back("bar");
  Table contributions(columns, "contributions");
  Table explanations(
      {"customer_id", "probability", "base", "score", "scale", "method", "background_rows", "model_version", "as_of"},
      "explanations");
  std::vector<std::string> unknown;
  for (size_t begin = 0; begin < options.customers.size(); begin += kExplanationsACall) {
    v1::ExplainRequest request;
    request.set_probability_scale(options.probability);
    for (size_t i = begin; i < std::min(begin + kExplanationsACall, options.customers.size()); ++i)
      request.add_customer_ids(options.customers[i]);
    const absl::StatusOr<v1::ExplainResponse> response = context.scorer().Explain(request);
    if (!response.ok()) return response.status();
    for (const v1::Explanation& explanation : response->explanations()) {
      AddContributions(explanation, with_bars, contributions);
      AddExplanation(explanation, explanations);
    }
    unknown.insert(unknown.end(), response->not_found().begin(), response->not_found().end());
  }
  if (!explanations.rows().empty()) Print(context, {contributions, explanations});
  return UnknownCustomers(unknown, "no features are known");
}

}  // namespace

Command ExplainCommand() {
  auto options = std::make_shared<ExplainOptions>();
  Command command{.name = "explain",
                  .group = CommandGroup::kScores,
                  .summary = "What raises and lowers the scores of customers, feature by feature"};
  command.description =
      "Contributions are Shapley values: base, the mean score of rows of training, and all contributions add up to the "
      "score. They are measured in the model's own scale, which is named, and exact where the model allows; sampled "
      "ones have a standard error. They say what the model goes by, not what would happen if a value changed.\n"
      "CSV holds the contributions, JSON also what they add up to. Exit status 3 when nothing is known of a customer "
      "(the others are printed).";
  command.examples = {{"ebb explain 215348", "one customer"},
                      {"ebb explain 215348 --probability -o json", "in points of probability, for a program"}};
  command.Add("CUSTOMER", &options->customers, "Customer identifiers").Required().Completes("customer");
  command.Flag("--probability", &options->probability, "Explain the probability, by sampling");
  command.run = [options](CommandContext& context) { return RunExplain(*options, context); };
  return command;
}

}  // namespace ebb
