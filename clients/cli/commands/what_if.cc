#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/scorer_client.h"

namespace ebb {
namespace {

struct WhatIfOptions {
  std::string customer;
  std::vector<std::string> changes;
};

// Nothing: the text is no decimal number.
std::optional<double> ReadFiniteNumber(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

// `visits=5` sets a number, `tier=premium` a category, `visits=` takes the feature away.
absl::Status AddChange(std::string_view change, v1::ScoreVectorRequest& request) {
  const size_t sign = change.find('=');
  if (sign == std::string_view::npos || sign == 0) {
    return UsageError(absl::StrCat("`", std::string(change),
                                   "` is no change of a feature; write NAME=VALUE, or NAME= for a missing "
                                   "one; `ebb features list` names them"));
  }
  const std::string_view name = change.substr(0, sign), value = change.substr(sign + 1);
  if (value.empty()) {
    request.add_missing(std::string(name));
    return absl::OkStatus();
  }
  v1::InputFeature& feature = *request.add_features();
  feature.set_name(std::string(name));
  if (const std::optional<double> number = ReadFiniteNumber(value)) {
    feature.set_number(*number);
  } else {
    feature.set_category(std::string(value));
  }
  return absl::OkStatus();
}

std::vector<Cell> VectorScoreCells(std::string_view which, const v1::VectorScore& score) {
  return {TextCell(std::string(which)),
          RealCell(score.probability()),
          TextCell(score.segment()),
          score.has_value_at_risk() ? RealCell(score.value_at_risk(), 2) : NoCell(),
          score.has_monthly_profit() ? RealCell(score.monthly_profit(), 2) : NoCell(),
          RealCell(score.ranking_score()),
          score.has_expected_revenue() ? RealCell(score.expected_revenue(), 2) : NoCell(),
          score.has_revenue_at_risk() ? RealCell(score.revenue_at_risk(), 2) : NoCell()};
}

absl::Status RunWhatIf(const WhatIfOptions& options, CommandContext& context) {
  v1::ScoreVectorRequest request;
  request.set_customer_id(options.customer);
  for (const std::string& change : options.changes) {
    if (absl::Status added = AddChange(change, request); !added.ok()) return added;
  }
  const absl::StatusOr<v1::ScoreVectorResponse> response = context.scorer().ScoreVector(request);
  if (!response.ok()) return response.status();
  Table scores({"features", "probability", "segment", "value_at_risk", "monthly_profit", "ranking_score",
                "expected_revenue", "revenue_at_risk"},
               "scores");
  scores.AddRow(VectorScoreCells("as they are", response->before()));
  scores.AddRow(VectorScoreCells("changed", response->after()));
  Table made_from({"customer_id", "probability_change", "model_version", "as_of"}, "made_from");
  made_from.AddRow({TextCell(options.customer),
                    RealCell(response->after().probability() - response->before().probability()),
                    CountCell(response->model_version()), TimeCell(FromTimestamp(response->as_of()))});
  Print(context, {scores, made_from});
  return absl::OkStatus();
}

}  // namespace

Command WhatIfCommand() {
  auto options = std::make_shared<WhatIfOptions>();
  Command command{.name = "what-if",
                  .group = CommandGroup::kScores,
                  .summary = "What a customer's score would be if features were other"};
  command.description =
      "NAME=VALUE sets a feature (a value that reads as a number is one, any other is a category), NAME= takes it "
      "away. Nothing is kept or published. It tells what the model goes by, not what would happen if the shop changed "
      "a feature: that only a trial on customers can tell.\n"
      "CSV holds the two scores, JSON also what they were made from. Exit status 3 when nothing is known of the "
      "customer.";
  command.examples = {{"ebb what-if 215348 pages_per_visit_3m=12 unpaid_items_3m=0", "more visits, an empty basket"},
                      {"ebb what-if 215348 service_tier=премиум -o json", "another tier, for a program"}};
  command.Add("CUSTOMER", &options->customer, "Customer identifier").Required().Completes("customer");
  command.Add("CHANGE", &options->changes, "Changes of features, NAME=VALUE or NAME=").Required();
  command.run = [options](CommandContext& context) { return RunWhatIf(*options, context); };
  return command;
}

}  // namespace ebb
