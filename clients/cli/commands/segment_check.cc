#include <memory>
#include <string>
#include <vector>

#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/table.h"
#include "clients/cpp/scorer_client.h"

namespace ebb {
namespace {

struct SegmentCheckOptions {
  std::string customer;
  std::vector<std::string> segments;
};

absl::Status RunSegmentCheck(const SegmentCheckOptions& options, CommandContext& context) {
  v1::CheckSegmentsRequest request;
  request.set_customer_id(options.customer);
  request.mutable_segments()->Add(options.segments.begin(), options.segments.end());
  const absl::StatusOr<v1::CheckSegmentsResponse> response = context.scorer().CheckSegments(request);
  if (!response.ok()) return response.status();
  Table members({"segment", "member", "problem"}, "segments");
  Table conditions({"segment", "list", "condition", "value", "holds"}, "conditions");
  for (const v1::SegmentCheck& check : response->segments()) {
    members.AddRow({TextCell(check.segment()), BoolCell(check.member()),
                    check.problem().empty() ? NoCell() : TextCell(check.problem())});
    for (const v1::ConditionCheck& condition : check.conditions()) {
      conditions.AddRow({TextCell(check.segment()), TextCell(condition.list()), TextCell(condition.condition()),
                         condition.value().empty() ? NoCell() : TextCell(condition.value()),
                         BoolCell(condition.holds())});
    }
  }
  const v1::Score& score = response->score();
  Record made_from("made_from");
  made_from.Add("customer_id", TextCell(score.customer_id()));
  made_from.Add("probability", RealCell(score.probability()));
  made_from.Add("segment", TextCell(score.segment()));
  made_from.Add("held_segment", TextCell(score.held_segment()));
  made_from.Add("monthly_profit", score.has_monthly_profit() ? RealCell(score.monthly_profit(), 2) : NoCell());
  made_from.Add("model_version", CountCell(score.model_version()));
  Print(context, {members, conditions, made_from});
  return absl::OkStatus();
}

}  // namespace

Command SegmentCheckCommand() {
  auto options = std::make_shared<SegmentCheckOptions>();
  Command command{.name = "segments check",
                  .group = CommandGroup::kScores,
                  .summary = "Why a customer is or is not in the declared segments"};
  command.description =
      "Every condition with the customer's own value. A segment asks for all of `all_of`, at least one of `any_of` and "
      "none of `none_of`.\nCSV holds the memberships, JSON the conditions, too. Exit status 3 when nothing is known of "
      "the customer.";
  command.examples = {{"ebb segments check 215348", "all segments"},
                      {"ebb segments check 215348 --segment promo_hunters -o json", "one, for a program"}};
  command.Add("CUSTOMER", &options->customer, "Customer identifier").Required().Completes("customer");
  command.Add("--segment", &options->segments, "Only this segment; may be repeated").Value("NAME").Completes("segment");
  command.run = [options](CommandContext& context) { return RunSegmentCheck(*options, context); };
  return command;
}

}  // namespace ebb
