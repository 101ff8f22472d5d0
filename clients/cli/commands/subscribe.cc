#include <ostream>
#include <random>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/interrupt.h"
#include "clients/cli/page_options.h"
#include "clients/cli/score_reasons.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/score_subscription.h"
#include "fmt/format.h"

namespace ebb {
namespace {

struct SubscribeOptions {
  bool snapshot = false;
  std::string resume_token;
  std::vector<std::string> segments, named_segments;
  std::optional<double> min_probability, max_probability, min_value_at_risk, min_change;
  bool leaving = false;
  std::vector<std::string> customers;
  int64_t reasons = 0;
  std::string language;
  int64_t count = 0;
  bool until_caught_up = false;
};

// As asked for, or else by the locale.
absl::StatusOr<v1::SubscribeRequest> MakeRequest(const SubscribeOptions& options, const CommandContext& context) {
  v1::SubscribeRequest request;
  if (options.snapshot && !options.resume_token.empty()) {
    return UsageError(
        "--snapshot and --resume-token exclude each other: begin anew with the one, go on with the other");
  }
  request.set_snapshot(options.snapshot);
  request.set_leaving(options.leaving);
  if (!options.resume_token.empty() &&
      !absl::WebSafeBase64Unescape(options.resume_token, request.mutable_resume_token())) {
    return UsageError(absl::StrCat("--resume-token: `", options.resume_token,
                                   "` is not a token; copy resume_token from an earlier output"));
  }
  request.set_reasons(static_cast<int32_t>(options.reasons));
  if (options.reasons == 0 && !options.language.empty()) {
    return UsageError("--language: only reasons have a language; ask for them with --reasons N");
  }
  const bool russian = LanguageOf(options.language, context) == ReportLanguage::kRussian;
  request.set_language(russian ? v1::RUSSIAN : v1::ENGLISH);
  v1::ScoreFilter& filter = *request.mutable_filter();
  for (const std::string& segment : options.segments) filter.add_segments(segment);
  for (const std::string& customer : options.customers) filter.add_customer_ids(customer);
  for (const std::string& segment : options.named_segments) filter.add_named_segments(segment);
  if (options.min_change) filter.set_min_change(*options.min_change);
  if (options.min_probability) filter.set_min_probability(*options.min_probability);
  if (options.max_probability) filter.set_max_probability(*options.max_probability);
  if (options.min_value_at_risk) filter.set_min_value_at_risk(*options.min_value_at_risk);
  return request;
}

Record ChangeRecord(const v1::SubscribeResponse& response) {
  const v1::Score& score = response.score();
  Record record;
  record.Add("customer_id", TextCell(score.customer_id()));
  record.Add("probability", RealCell(score.probability()));
  record.Add("previous_probability",
             score.has_previous_probability() ? RealCell(score.previous_probability()) : NoCell());
  record.Add("segment", TextCell(score.segment()));
  record.Add("held_segment", TextCell(score.held_segment()));
  record.Add("named_segments", TextCell(absl::StrJoin(score.named_segments(), " ")));
  record.Add("value_at_risk", score.has_value_at_risk() ? RealCell(score.value_at_risk(), 2) : NoCell());
  record.Add("monthly_profit", score.has_monthly_profit() ? RealCell(score.monthly_profit(), 2) : NoCell());
  record.Add("model_version", CountCell(score.model_version()));
  record.Add("as_of", TimeCell(FromTimestamp(score.as_of())));
  record.Add("score_time", TimeCell(FromTimestamp(score.score_time())));
  record.Add("horizon_months", CountCell(score.horizon_months()));
  record.Add("expected_revenue", score.has_expected_revenue() ? RealCell(score.expected_revenue(), 2) : NoCell());
  record.Add("revenue_at_risk", score.has_revenue_at_risk() ? RealCell(score.revenue_at_risk(), 2) : NoCell());
  record.Add("sequence", CountCell(score.sequence()));
  record.Add("left", BoolCell(false));
  record.Add("resume_token", TextCell(absl::WebSafeBase64Escape(response.resume_token())));
  return record;
}

// The same columns; all that a customer who left has is a name and a place.
Record LeftRecord(const v1::SubscribeResponse& response) {
  Record record;
  const Record columns = ChangeRecord(response);
  for (const auto& [name, cell] : columns.fields()) {
    if (name == "customer_id") {
      record.Add(name, TextCell(response.left().customer_id()));
    } else if (name == "sequence") {
      record.Add(name, CountCell(response.left().sequence()));
    } else if (name == "left") {
      record.Add(name, BoolCell(true));
    } else {
      record.Add(name, name == "resume_token" ? cell : NoCell());
    }
  }
  return record;
}

Record RecordOf(const v1::SubscribeResponse& response) {
  return response.has_left() ? LeftRecord(response) : ChangeRecord(response);
}

// A line for people; columns stand still though the rows are not known beforehand.
std::string ChangeLine(const v1::Score& score) {
  const std::string moved = score.has_previous_probability()
                                ? fmt::format("{:+.4f}", score.probability() - score.previous_probability())
                                : std::string("first");
  const std::string value = score.has_value_at_risk() ? fmt::format("{:.2f}", score.value_at_risk()) : std::string("-");
  return fmt::format("{:<20}  {:>11.4f}  {:>8}  {:<24}  {:>13}  {:>13}  {}", score.customer_id(), score.probability(),
                     moved, score.segment(), value, score.model_version(), UtcText(FromTimestamp(score.as_of())));
}

class ChangePrinter {
 public:
  ChangePrinter(bool with_reasons, CommandContext& context) : with_reasons_(with_reasons), context_(context) {}

  void Show(const v1::SubscribeResponse& response) {
    const bool first = shown_++ == 0 && context_.options().header;
    switch (context_.format()) {
      case OutputFormat::kJson:
        context_.out() << Json(response) << '\n';
        break;
      case OutputFormat::kCsv:
        if (first) context_.out() << CsvHeader(CsvRecord(response));
        context_.out() << CsvLine(CsvRecord(response));
        break;
      case OutputFormat::kTable:
        if (first) {
          context_.out() << fmt::format("{:<20}  {:>11}  {:>8}  {:<24}  {:>13}  {:>13}  {}\n", "customer_id",
                                        "probability", "change", "segment", "value_at_risk", "model_version", "as_of");
        }
        context_.out() << (response.has_left() ? fmt::format("{:<20}  left the filter", response.left().customer_id())
                                               : ChangeLine(response.score()))
                       << '\n'
                       << ReasonLines(response.score().reasons());
        break;
    }
    context_.out().flush();
  }
  int64_t shown() const { return shown_; }

 private:
  std::string Json(const v1::SubscribeResponse& response) const {
    std::string line = JsonLine(RecordOf(response));
    return with_reasons_ ? WithReasonsJson(std::move(line), response.score().reasons()) : line;
  }
  Record CsvRecord(const v1::SubscribeResponse& response) const {
    Record record = RecordOf(response);
    if (!with_reasons_) return record;
    record.Add("reasons_method", ReasonsMethodCell(response.score().reasons()));
    record.Add("reasons", ReasonsCell(response.score().reasons()));
    return record;
  }

  const bool with_reasons_;
  CommandContext& context_;
  int64_t shown_ = 0;
};

absl::Status RunSubscribe(const SubscribeOptions& options, CommandContext& context) {
  const Interrupt interrupt;
  absl::StatusOr<v1::SubscribeRequest> request = MakeRequest(options, context);
  if (!request.ok()) return request.status();
  ScoreSubscription subscription({.address = context.endpoints().scorer,
                                  .tls = context.tls(),
                                  .request = *std::move(request),
                                  .seed = std::random_device()(),
                                  .on_disconnect = [&](const absl::Status& status, absl::Duration wait) {
                                    context.Remark(
                                        absl::StrCat("connection lost (", status.message(), "); trying again in ",
                                                     absl::FormatDuration(absl::Floor(wait, absl::Milliseconds(1)))));
                                  }});
  ChangePrinter printer(options.reasons > 0, context);
  while (!interrupt.requested()) {
    const absl::StatusOr<std::optional<v1::SubscribeResponse>> response = subscription.Next(absl::Milliseconds(200));
    if (!response.ok()) return response.status();
    if (!*response) continue;
    if ((*response)->has_score() || (*response)->has_left()) printer.Show(**response);
    if (!context.out()) return absl::DataLossError("cannot write the results; is the disk full?");
    if (options.count > 0 && printer.shown() >= options.count) return absl::OkStatus();
    if (options.until_caught_up && (*response)->caught_up()) return absl::OkStatus();
  }
  if (!subscription.resume_token().empty()) {
    context.Remark(absl::StrCat("go on with: ebb subscribe --resume-token ",
                                absl::WebSafeBase64Escape(subscription.resume_token())));
  }
  return InterruptedError();
}

}  // namespace

Command SubscribeCommand() {
  auto options = std::make_shared<SubscribeOptions>();
  Command command{
      .name = "subscribe", .group = CommandGroup::kScores, .summary = "Changed scores as they happen, until Ctrl-C"};
  command.description =
      "Reconnects by itself and goes on where it was. Every object of `--output json` carries a resume_token: give the "
      "last one back to miss\n"
      "nothing between two runs. All conditions of the filter must hold.";
  command.examples = {
      {"ebb subscribe --snapshot", "everybody's score, then each change", false},
      {"ebb subscribe --snapshot --until-caught-up --output json", "everybody's score, one object a line"},
      {"ebb subscribe --min-probability 0.7 --min-value-at-risk 1", "only who matters", false},
      {"ebb subscribe --snapshot --until-caught-up --reasons 3 --language ru", "with what moved each score most"}};
  command.Flag("--snapshot", &options->snapshot, "Begin with everybody's latest score");
  command.Add("--resume-token", &options->resume_token, "Go on after this place").Value("TOKEN");
  command.Add("--segment", &options->segments, "Only these segments; may be repeated")
      .Value("SEGMENT")
      .Completes("segment");
  command
      .Add("--named-segment", &options->named_segments,
           "Only customers in this declared segment, or in any of several; may be repeated")
      .Value("NAME")
      .Completes("segment");
  command.Add("--min-change", &options->min_change, "Only where the probability moved by this much since it was shown")
      .Range(0, 1)
      .Value("P");
  command.Flag("--leaving", &options->leaving, "Tell who does not pass the filter any more");
  command.Add("--min-probability", &options->min_probability, "Least probability").Range(0, 1).Value("P");
  command.Add("--max-probability", &options->max_probability, "Greatest probability").Range(0, 1).Value("P");
  command
      .Add("--min-value-at-risk", &options->min_value_at_risk,
           "Least value at risk; leaves out customers without a known one")
      .Value("V");
  command.Add("--customer", &options->customers, "Only these customers; may be repeated")
      .Value("CUSTOMER")
      .Completes("customer");
  command
      .Add(
          "--reasons", &options->reasons,
          "Show so many reasons with each score: what moved it most, and which way; by replacement of one feature at a "
          "time where exact ones would take too long")
      .Range(0, 32);
  command
      .Add("--language", &options->language,
           "Of the reasons; without it Russian where LC_ALL, LC_MESSAGES or LANG says so, else English")
      .OneOf({"ru", "en"});
  command.Add("--count", &options->count, "End after so many scores; 0: never").Range(0, 1e15);
  command.Flag("--until-caught-up", &options->until_caught_up,
               "End when the snapshot, or what was missed, is complete");
  command.run = [options](CommandContext& context) { return RunSubscribe(*options, context); };
  return command;
}

}  // namespace ebb
