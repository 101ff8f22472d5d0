#include <ostream>

#include "absl/strings/str_cat.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/score_cells.h"
#include "clients/cli/table.h"
#include "clients/cpp/scorer_client.h"

namespace ebb {
namespace {

struct AtRiskOptions {
  int64_t top = 10;
  bool at_risk_only = false;
};

Table NamedSegments(const v1::ListSegmentsResponse& segments) {
  Table named({"segment", "customers", "customer_share", "profit_sum", "value_at_risk", "mean_probability", "target",
               "rule", "problem"},
              "named_segments");
  for (const v1::SegmentCount& count : segments.segments()) {
    named.AddRow({TextCell(count.definition().name()), CountCell(count.customers()), ShareCell(count.customer_share()),
                  count.has_profit_sum() ? RealCell(count.profit_sum(), 2) : NoCell(),
                  count.has_value_at_risk() ? RealCell(count.value_at_risk(), 2) : NoCell(),
                  RealCell(count.mean_probability()), BoolCell(count.definition().target()), TextCell(count.rule()),
                  count.problem().empty() ? NoCell() : TextCell(count.problem())});
  }
  return named;
}

absl::Status RunSegments(CommandContext& context) {
  const absl::StatusOr<v1::SegmentSummary> summary = context.scorer().GetSegmentSummary();
  if (!summary.ok()) return summary.status();
  const absl::StatusOr<v1::ListSegmentsResponse> segments = context.scorer().ListSegments();
  if (!segments.ok()) return segments.status();
  Table cells(
      {"segment", "customers", "customer_share", "profit_sum", "profit_share", "value_at_risk", "mean_probability"},
      "segments");
  for (const v1::SegmentCell& cell : summary->cells()) {
    cells.AddRow({TextCell(cell.segment()), CountCell(cell.customers()), ShareCell(cell.customer_share()),
                  cell.has_profit_sum() ? RealCell(cell.profit_sum(), 2) : NoCell(),
                  cell.has_profit_share() ? ShareCell(cell.profit_share()) : NoCell(),
                  cell.has_value_at_risk() ? RealCell(cell.value_at_risk(), 2) : NoCell(),
                  RealCell(cell.mean_probability())});
  }
  Record whole("all");
  whole.Add("customers", CountCell(summary->customers()));
  whole.Add("profit_sum", summary->has_profit_sum() ? RealCell(summary->profit_sum(), 2) : NoCell());
  whole.Add("risk_threshold", RealCell(summary->risk_threshold(), 2));
  whole.Add("lower_profit_bound",
            summary->has_lower_profit_bound() ? RealCell(summary->lower_profit_bound(), 2) : NoCell());
  whole.Add("upper_profit_bound",
            summary->has_upper_profit_bound() ? RealCell(summary->upper_profit_bound(), 2) : NoCell());
  whole.Add("model_version", CountCell(summary->model_version()));
  whole.Add("leave_below", RealCell(segments->risk().leave_below(), 2));
  Print(context, {cells, NamedSegments(*segments), whole});
  return absl::OkStatus();
}

absl::Status RunAtRisk(const AtRiskOptions& options, CommandContext& context) {
  v1::ListAtRiskRequest request;
  request.set_top_k(static_cast<int32_t>(options.top));
  request.set_at_risk_only(options.at_risk_only);
  const absl::StatusOr<v1::ListAtRiskResponse> response = context.scorer().ListAtRisk(request);
  if (!response.ok()) return response.status();
  const bool no_value_known = response->scores().empty() && response->unknown_value() > 0;
  if (no_value_known && context.format() == OutputFormat::kTable) {
    context.out()
        << "No value at risk is known: no profit is known of any of the " << response->unknown_value()
        << " customers. Push profit statements or import money.csv; `ebb score --all` ranks by probability.\n";
    return absl::OkStatus();
  }
  Table table(ScoreColumns());
  for (const v1::Score& score : response->scores()) table.AddRow(ScoreCells(score));
  Print(context, table);
  if (response->unknown_value() > 0) {
    context.Remark(absl::StrCat("left out: ", response->unknown_value(),
                                " customers whose profit, and so their value at risk, is not known"));
  }
  return absl::OkStatus();
}

}  // namespace

Command SegmentsCommand() {
  Command command{.name = "segments",
                  .group = CommandGroup::kScores,
                  .summary = "Profit tier × risk and the shop's own segments: customers, profit, value at risk"};
  command.description =
      "Named segments are declared in the scorer's file (--segments; deploy/segments.textproto holds the default "
      "ones); "
      "a customer may be in several.\nCSV holds profit tier × risk, JSON both.";
  command.examples = {{"ebb segments", "which tier earns most, and how much of it is at risk?"}};
  command.run = RunSegments;
  return command;
}

Command AtRiskCommand() {
  auto options = std::make_shared<AtRiskOptions>();
  Command command{
      .name = "at-risk", .group = CommandGroup::kScores, .summary = "The customers with the most value at risk"};
  command.description =
      "Value at risk = probability × mean monthly profit of the last three months. Customers without a known profit "
      "are left out.";
  command.examples = {{"ebb at-risk --top 10", "who to talk to first"},
                      {"ebb at-risk --top 500 --output csv", "a list for a campaign"}};
  command.Add("--top", &options->top, "How many").Range(1, 10'000).Value("K");
  command.Flag("--at-risk-only", &options->at_risk_only, "Only customers above the risk threshold");
  command.run = [options](CommandContext& context) { return RunAtRisk(*options, context); };
  return command;
}

}  // namespace ebb
