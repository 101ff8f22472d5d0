// What offers did.
#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/offers_client.h"

namespace ebb {
namespace {

// The store is read as of many past days.
constexpr absl::Duration kReportTime = absl::Minutes(10);

struct UpliftOptions {
  std::string offer, programme, from, until, measure;
  int64_t horizon = 0;
  double confidence = 0.95;
};

absl::Status SetSpan(const std::string& text, google::protobuf::Timestamp* stamp) {
  const auto time = ParseTime(text, absl::Now());
  if (!time.ok()) return time.status();
  *stamp = ToTimestamp(*time);
  return absl::OkStatus();
}

Cell OptionalReal(bool has, double value, int decimals) { return has ? RealCell(value, decimals) : NoCell(); }

std::vector<Cell> UpliftCells(const v1::UpliftRow& row) {
  const bool means = row.has_effect(), shares = row.has_share_effect();
  return {TextCell(row.offer()),
          TextCell(row.segment().empty() ? "all" : row.segment()),
          TextCell(absl::AsciiStrToLower(v1::UpliftRow::Verdict_Name(row.verdict()))),
          CountCell(row.treated()),
          CountCell(row.untreated()),
          TextCell(absl::AsciiStrToLower(v1::UpliftRow::Baseline_Name(row.baseline()))),
          OptionalReal(means, row.effect().difference(), 2),
          OptionalReal(means, row.effect().lower(), 2),
          OptionalReal(means, row.effect().upper(), 2),
          OptionalReal(row.has_treated_mean(), row.treated_mean(), 2),
          OptionalReal(row.has_untreated_mean(), row.untreated_mean(), 2),
          shares ? ShareCell(row.share_effect().difference()) : NoCell(),
          shares ? ShareCell(row.share_effect().lower()) : NoCell(),
          shares ? ShareCell(row.share_effect().upper()) : NoCell(),
          ShareCell(row.expected_untreated_share()),
          OptionalReal(row.has_sample_ratio_p(), row.sample_ratio_p(), 3),
          CountCell(row.waiting()),
          CountCell(row.unknown()),
          CountCell(row.shown()),
          CountCell(row.clicked()),
          CountCell(row.accepted()),
          CountCell(row.declined()),
          CountCell(row.contacted())};
}

absl::Status RunUplift(const UpliftOptions& options, CommandContext& context) {
  v1::GetUpliftReportRequest request;
  request.set_offer(options.offer);
  request.set_programme(options.programme);
  request.set_confidence(options.confidence);
  if (!options.measure.empty()) request.mutable_measure()->set_feature(options.measure);
  if (options.horizon > 0) request.mutable_measure()->set_horizon_days(static_cast<int32_t>(options.horizon));
  if (!options.from.empty()) {
    if (absl::Status set = SetSpan(options.from, request.mutable_from()); !set.ok()) return set;
  }
  if (!options.until.empty()) {
    if (absl::Status set = SetSpan(options.until, request.mutable_until()); !set.ok()) return set;
  }
  OffersClient client(context.endpoints().scorer, std::max(kReportTime, context.options().timeout), context.tls());
  const auto report = client.GetUpliftReport(request);
  if (!report.ok()) return report.status();
  Table rows({"offer",          "segment",      "verdict",     "treated",     "untreated",
              "baseline",       "effect",       "lower",       "upper",       "treated_mean",
              "untreated_mean", "share_effect", "share_lower", "share_upper", "expected_untreated_share",
              "sample_ratio_p", "waiting",      "unknown",     "shown",       "clicked",
              "accepted",       "declined",     "contacted"},
             "uplift");
  for (const v1::UpliftRow& row : report->rows()) rows.AddRow(UpliftCells(row));
  Record made_from("made_from");
  made_from.Add("measure", TextCell(report->measure().feature()));
  made_from.Add("horizon_days", CountCell(report->measure().horizon_days()));
  made_from.Add("confidence", ShareCell(report->confidence()));
  made_from.Add("mature_until", TimeCell(FromTimestamp(report->mature_until())));
  Print(context, {rows, made_from});
  if (report->rows().empty()) context.Remark("nothing was decided yet; `ebb offers list` shows what is declared");
  return absl::OkStatus();
}

}  // namespace

Command UpliftCommand() {
  auto options = std::make_shared<UpliftOptions>();
  Command command{.name = "uplift",
                  .group = CommandGroup::kScores,
                  .summary = "What each offer did, against customers who were not given it"};
  command.description =
      "Customers who were given an offer are compared with the campaign's control group, or with the permanent holdout "
      "where it has none, by what they bought afterwards. no_effect_seen: the interval holds 0; too_few: fewer than 30 "
      "on a side; sample_ratio_mismatch: the groups' sizes contradict the declared shares, so the effect means "
      "nothing.";
  command.examples = {{"ebb uplift", "which offers work, and which do nothing?"},
                      {"ebb uplift --programme welcome_new_customers --from 90d", "a programme's last quarter"},
                      {"ebb uplift --measure orders_month_0 -o csv", "by orders, for a spreadsheet"}};
  command.Add("--offer", &options->offer, "Only this offer");
  command.Add("--programme", &options->programme, "Only this programme, as one, against the permanent holdout");
  command.Add("--from", &options->from, "Decisions from this time on").Value("TIME");
  command.Add("--until", &options->until, "Decisions before this time").Value("TIME");
  command.Add("--measure", &options->measure, "Number feature to measure by (default: the catalogue's)")
      .Value("FEATURE");
  command.Add("--horizon", &options->horizon, "Days from the decision to the measure (default: the catalogue's)")
      .Range(1, 400)
      .Value("DAYS");
  command.Add("--confidence", &options->confidence, "Of the intervals").Range(0.5, 0.999);
  command.run = [options](CommandContext& context) { return RunUplift(*options, context); };
  return command;
}

}  // namespace ebb
