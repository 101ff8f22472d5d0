#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/model_report.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/trainer_client.h"

namespace ebb {
namespace {

struct CancelOptions {
  std::string name;
};

absl::Status RunTrainings(CommandContext& context) {
  Table table({"training", "state", "trigger", "step", "done", "total", "model", "started", "ended", "error"});
  v1::ListTrainingsRequest request;
  request.set_page_size(1'000);
  do {
    const absl::StatusOr<v1::ListTrainingsResponse> page = context.trainer().ListTrainings(request);
    if (!page.ok()) return page.status();
    for (const v1::Training& training : page->trainings()) {
      table.AddRow({TextCell(training.name()), TextCell(StateName(training.state())), TextCell(training.trigger()),
                    TextCell(training.progress().step()), CountCell(training.progress().done()),
                    CountCell(training.progress().total()),
                    training.model().empty() ? NoCell() : TextCell(training.model()),
                    TimeCell(FromTimestamp(training.start_time())),
                    training.has_end_time() ? TimeCell(FromTimestamp(training.end_time())) : NoCell(),
                    training.error().empty() ? NoCell() : TextCell(training.error())});
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  Print(context, table);
  return absl::OkStatus();
}

// The training named, or the one that runs.
absl::StatusOr<std::string> TrainingName(const std::string& given, CommandContext& context) {
  if (!given.empty()) return absl::StartsWith(given, "trainings/") ? given : absl::StrCat("trainings/", given);
  v1::ListTrainingsRequest request;
  const absl::StatusOr<v1::ListTrainingsResponse> page = context.trainer().ListTrainings(request);
  if (!page.ok()) return page.status();
  for (const v1::Training& training : page->trainings()) {
    if (training.state() == v1::Training::RUNNING) return training.name();
  }
  return absl::NotFoundError("no training is running");
}

absl::Status RunCancel(const CancelOptions& options, CommandContext& context) {
  const absl::StatusOr<std::string> name = TrainingName(options.name, context);
  if (!name.ok()) return name.status();
  const absl::StatusOr<v1::Training> training = context.trainer().CancelTraining(*name);
  if (!training.ok()) return training.status();
  Record record;
  record.Add("training", TextCell(training->name()));
  record.Add("state", TextCell(StateName(training->state())));
  Print(context, record);
  if (training->state() == v1::Training::RUNNING) context.Remark("it ends at its next unit of work");
  return absl::OkStatus();
}

}  // namespace

Command TrainingsCommand() {
  Command command{.name = "trainings",
                  .group = CommandGroup::kModel,
                  .summary = "All trainings, newest first, and how far they are"};
  command.examples = {{"ebb trainings", "is one running?"}};
  command.run = RunTrainings;
  return command;
}

Command TrainingCancelCommand() {
  auto options = std::make_shared<CancelOptions>();
  Command command{.name = "training cancel", .group = CommandGroup::kModel, .summary = "Stop a running training"};
  command.examples = {{"ebb training cancel", "the one that runs", false}};
  command.Add("TRAINING", &options->name, "Name of the training (default: the one that runs)");
  command.run = [options](CommandContext& context) { return RunCancel(*options, context); };
  return command;
}

}  // namespace ebb
