#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/generate/event_history.h"
#include "clients/cli/generate/event_lines.h"
#include "clients/cli/generate/shop_files.h"
#include "clients/cli/interrupt.h"
#include "clients/cli/progress.h"
#include "clients/cli/time_text.h"

namespace ebb {
namespace {

constexpr uint64_t kDefaultMonths = 6;

struct GenerateOptions {
  int64_t customers = 0;
  std::optional<uint64_t> months;
  uint64_t seed = 1;
  std::string files;
  std::string events;
  std::string until;
};

absl::Status MakeFiles(const GenerateOptions& options, CommandContext& context) {
  if (options.months.has_value() || !options.until.empty()) {
    context.Remark(
        "--months and --until say how long a history of events is; the four files always describe the last three "
        "months");
  }
  Progress progress(context, "generate", options.customers, "customers");
  return generate::WriteShopFiles({.customers = options.customers, .seed = options.seed}, options.files,
                                  [&](int64_t made) { progress.Update(made); });
}

absl::Status WriteHistory(const generate::HistoryPlan& plan, std::ostream& out, CommandContext& context) {
  const Interrupt interrupt;
  Progress progress(context, "generate", generate::DaysOf(plan), "days");
  const absl::Status status = generate::MakeHistory(
      plan,
      [&](const v1::Event& event) {
        return interrupt.requested() ? InterruptedError() : generate::WriteEventLine(event, out);
      },
      [&](int64_t days) { progress.Update(days); });
  out.flush();
  if (status.ok() && !out) return absl::DataLossError("cannot write the events: is the disk full?");
  return status;
}

// Under a draft's name until it is whole, so that an interrupted run leaves no half file that looks like a whole one.
absl::Status WriteHistoryFile(const generate::HistoryPlan& plan, const std::string& path, CommandContext& context) {
  std::error_code error;
  // A pipe or a device cannot be renamed.
  const bool in_place = std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error);
  const std::string draft = in_place ? path : path + ".part";
  errno = 0;
  std::ofstream out(draft, std::ios::binary | std::ios::trunc);
  if (!out) return absl::ErrnoToStatus(errno != 0 ? errno : EIO, fmt::format("--events: cannot write {}", path));
  absl::Status status = WriteHistory(plan, out, context);
  out.close();
  if (status.ok() && out.fail())
    status = absl::DataLossError(fmt::format("--events: cannot write {}: is the disk full?", path));
  if (in_place) return status;
  if (status.ok()) {
    std::filesystem::rename(draft, path, error);
    if (error) status = absl::ErrnoToStatus(error.value(), fmt::format("--events: cannot write {}", path));
  } else {
    std::filesystem::remove(draft, error);
  }
  return status;
}

absl::Status MakeEvents(const GenerateOptions& options, CommandContext& context) {
  const absl::Time now = absl::Now();
  const absl::StatusOr<absl::Time> until = ParseTime(options.until.empty() ? "now" : options.until, now);
  if (!until.ok()) return UsageError(fmt::format("--until: {}", std::string(until.status().message())));
  const generate::HistoryPlan plan = {.customers = options.customers,
                                      .months = static_cast<int>(options.months.value_or(kDefaultMonths)),
                                      .seed = options.seed,
                                      .until = *until};
  return options.events == "-" ? WriteHistory(plan, context.out(), context)
                               : WriteHistoryFile(plan, options.events, context);
}

absl::Status RunGenerate(const GenerateOptions& options, CommandContext& context) {
  if (options.files.empty() == options.events.empty()) {
    return UsageError("say where the shop goes: either --files DIR (the four files) or --events FILE (their events)");
  }
  return options.files.empty() ? MakeEvents(options, context) : MakeFiles(options, context);
}

}  // namespace

Command GenerateCommand() {
  auto options = std::make_shared<GenerateOptions>();
  Command command{.name = "generate",
                  .group = CommandGroup::kStart,
                  .summary = "Make a synthetic shop, as four files or as events"};
  command.description =
      "The files are those that `ebb import one-click` reads, with a few of the faults of real exports. The events are "
      "for `ebb push`:\n"
      "in time order, ending now or at --until, with customers who buy less in their last months. The same options "
      "give the same\n"
      "bytes (with --until, for events). Files that are there already are replaced.";
  command.examples = {{"ebb generate --customers 1300 --files shop", "the four files"},
                      {"ebb generate --customers 200 --months 6 --events events.jsonl", "half a year of events"},
                      {"ebb generate --customers 200 --events - | ebb push -", "straight into the store", false}};
  command.Add("--customers", &options->customers, "How many customers").Required().Value("N").Range(1, 10'000'000);
  command.Add("--months", &options->months, "Length of the history of events (default 6)").Value("M").Range(1, 36);
  command.Add("--seed", &options->seed, "Another number makes another shop").Value("S");
  command.Add("--files", &options->files, "Folder for market_file.csv, market_money.csv, market_time.csv and money.csv")
      .Value("DIR")
      .Completes("directory");
  command.Add("--events", &options->events, "File for events, protobuf JSON one a line; - for standard output")
      .Value("FILE")
      .Completes("file");
  command.Add("--until", &options->until, "When the events end (default: now)").Value("TIME");
  command.run = [options](CommandContext& context) { return RunGenerate(*options, context); };
  return command;
}

}  // namespace ebb
