#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/interrupt.h"
#include "clients/cli/progress.h"
#include "clients/cli/push/event_input.h"
#include "clients/cli/push/event_json.h"
#include "clients/cli/push/line_reader.h"
#include "clients/cli/push/rejected_file.h"
#include "clients/cli/table.h"
#include "clients/cpp/event_pusher.h"

namespace ebb {
namespace {

struct PushOptions {
  std::string file;
  std::string rejected;
  bool backfill = false;
};

// Stops the pusher at Ctrl-C, also while it waits for the store.
class StopAtInterrupt {
 public:
  StopAtInterrupt(const Interrupt& interrupt, EventPusher& pusher)
      : thread_([this, &interrupt, &pusher] {
          while (!done_) {
            if (interrupt.WaitFor(absl::Milliseconds(100))) return pusher.Stop();
          }
        }) {}
  ~StopAtInterrupt() {
    done_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

EventPusher::Options PusherOptions(const PushOptions& options, CommandContext& context, RejectedFile& rejected) {
  EventPusher::Options pusher;
  pusher.address = context.endpoints().feature_store;
  pusher.tls = context.tls();
  pusher.backfill = options.backfill;
  pusher.seed = std::random_device()();
  pusher.on_refused = [&rejected](const EventPusher::Refusal& refusal) {
    const std::string event_json = FormatEventJson(refusal.event);
    RejectedFile::Rejection rejection{.line = refusal.tag, .event_json = event_json};
    for (const v1::RejectedEvent* reason : refusal.reasons)
      rejection.reasons.push_back({reason->field(), reason->value(), reason->rule()});
    rejected.Add(rejection);
  };
  return pusher;
}

// Reads line by line; what is no event goes to the rejected file, the rest to the store. A read that fails ends it like
// the end of the input does, but with its error: what came before is acknowledged by then.
absl::Status PushLines(EventInput& in, EventPusher& pusher, RejectedFile& rejected, Progress& progress) {
  LineReader lines(in);
  std::string line;
  int64_t unreadable = 0;
  while (true) {
    const LineReader::Outcome outcome = lines.Next(&line);
    if (outcome == LineReader::Outcome::kEnd || !in.status().ok()) break;
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    absl::StatusOr<v1::Event> event = absl::InvalidArgumentError("the line is longer than 1 MiB");
    if (outcome == LineReader::Outcome::kLine) event = ParseEventJson(line);
    if (!event.ok()) {
      ++unreadable;
      const std::string rule(event.status().message());
      rejected.Add({.line = lines.number(), .reasons = {{.rule = rule}}, .text = line});
      continue;
    }
    if (absl::Status status = pusher.Push(*std::move(event), lines.number()); !status.ok()) return status;
    progress.Update(pusher.totals().acknowledged() + unreadable);
  }
  while (true) {
    const absl::Status status = pusher.Flush(absl::Milliseconds(100));
    progress.Update(pusher.totals().acknowledged() + unreadable);
    if (!absl::IsDeadlineExceeded(status)) return status.ok() ? in.status() : status;
  }
}

// Lines of a file, for progress; 0 where that cannot be known.
int64_t LinesAhead(const std::string& file) {
  if (file == "-" || !std::filesystem::is_regular_file(file)) return 0;
  std::ifstream counted(file, std::ios::binary);
  return CountLines(counted);
}

void PrintSummary(CommandContext& context, const EventPusher::Totals& totals, const RejectedFile& rejected) {
  Record summary;
  summary.Add("accepted", CountCell(totals.accepted));
  summary.Add("duplicate", CountCell(totals.duplicate));
  summary.Add("refused", CountCell(rejected.count()));
  summary.Add("reconnects", CountCell(totals.reconnects));
  if (rejected.count() > 0) summary.Add("rejected_file", TextCell(rejected.path()));
  Print(context, summary);
}

absl::Status RunPush(const PushOptions& options, CommandContext& context) {
  const Interrupt interrupt;
  if (std::filesystem::is_directory(options.file))
    return UsageError(absl::StrCat("FILE: `", options.file, "` is a folder"));
  absl::StatusOr<EventInput> input = EventInput::Open(options.file, [&] { return interrupt.requested(); });
  if (!input.ok()) return input.status();
  RejectedFile rejected(!options.rejected.empty() ? options.rejected
                        : options.file == "-"     ? "rejected.jsonl"
                                                  : options.file + ".rejected.jsonl");
  Progress progress(context, "push", LinesAhead(options.file), "events");
  EventPusher pusher(PusherOptions(options, context, rejected));
  absl::Status status;
  {
    const StopAtInterrupt stop(interrupt, pusher);
    status = PushLines(*input, pusher, rejected, progress);
  }
  progress.Finish();
  const EventPusher::Totals totals = pusher.totals();
  const absl::Status closed = rejected.Close();
  PrintSummary(context, totals, rejected);
  if (interrupt.requested()) {
    context.Remark("interrupted; push the same file again to go on: what is acknowledged counts once");
    return InterruptedError();
  }
  if (!status.ok()) return status;
  if (!closed.ok()) return closed;
  if (rejected.count() == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      rejected.count(), rejected.count() == 1 ? " event was refused, in " : " events were refused, the first in ",
      rejected.first(), "; all with their reasons: ", rejected.path()));
}

}  // namespace

Command PushCommand() {
  auto options = std::make_shared<PushOptions>();
  Command command{.name = "push",
                  .group = CommandGroup::kData,
                  .summary = "Push events, protobuf JSON one a line, until all are acknowledged"};
  command.description =
      "An event looks like this (fields: proto/ebb/v1/event.proto):\n"
      "  {\"customer_id\":\"c1\",\"event_id\":\"e1\",\"event_time\":\"2026-10-01T12:00:00Z\",\n"
      "   "
      "\"purchase\":{\"order_id\":\"o1\",\"lines\":[{\"product_id\":\"p1\",\"category\":\"cosmetics\",\"quantity\":1,"
      "\"unit_price_minor\":9900}]}}\n"
      "Pushing a file again is safe: an event counts once. Refused events go to a file with their reasons; the exit "
      "status is then 1.";
  command.examples = {{"ebb push events.jsonl", "push a file"},
                      {"ebb push - < events.jsonl", "push what another program writes"}};
  command.Add("FILE", &options->file, "File of events, - for standard input").Required().Completes("file");
  command.Add("--rejected", &options->rejected, "Where refused events go (default FILE.rejected.jsonl)")
      .Value("FILE")
      .Completes("file");
  command.Flag("--backfill", &options->backfill, "History: keep known_at of each event (absent: its event_time)");
  command.run = [options](CommandContext& context) { return RunPush(*options, context); };
  return command;
}

}  // namespace ebb
