// Commands about the program itself: completion, version, help.
#include <algorithm>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/completion.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/help.h"
#include "clients/cli/nearest.h"
#include "clients/cli/table.h"
#include "clients/cpp/feature_store_client.h"
#include "clients/cpp/scorer_client.h"
#include "clients/cpp/trainer_client.h"

namespace ebb {
namespace {

struct ShellOptions {
  std::string shell;
  std::vector<std::string> words;
  bool examples = false;
};

// Somebody waits for a key press: a service that does not answer at once offers nothing.
constexpr absl::Duration kPatience = absl::Milliseconds(500);

std::vector<std::string> LiveModels(const ContextOptions& options) {
  TrainerClient trainer(options.endpoints.trainer, kPatience, options.tls);
  const auto models = trainer.ListModels({});
  std::vector<std::string> found;
  if (!models.ok()) return found;
  found.push_back("champion");
  for (const v1::Model& model : models->models()) found.push_back(absl::StrCat(model.version()));
  return found;
}

std::vector<std::string> LiveSegments(const ContextOptions& options) {
  ScorerClient scorer(options.endpoints.scorer, kPatience, options.tls);
  const auto summary = scorer.GetSegmentSummary();
  std::vector<std::string> found;
  if (!summary.ok()) return found;
  for (const v1::SegmentCell& cell : summary->cells()) found.push_back(cell.segment());
  if (const auto named = scorer.ListSegments(); named.ok()) {
    for (const v1::SegmentCount& count : named->segments()) found.push_back(count.definition().name());
  }
  return found;
}

std::vector<std::string> LiveCustomers(const ContextOptions& options) {
  FeatureStoreClient store(options.endpoints.feature_store, kPatience, options.tls);
  const auto page = store.ListCustomers({});
  if (!page.ok()) return {};
  return {page->customer_ids().begin(), page->customer_ids().end()};
}

absl::Status RunComplete(const ShellOptions& options, CommandContext& context) {
  const auto live = [&](const std::string& kind) {
    if (kind == "model") return LiveModels(context.options());
    if (kind == "segment") return LiveSegments(context.options());
    return LiveCustomers(context.options());
  };
  for (const std::string& word : Complete(AllCommands(), options.words, live)) context.out() << word << '\n';
  return absl::OkStatus();
}

void PrintExamples(CommandContext& context) {
  for (const Command& command : AllCommands()) {
    for (const Example& example : command.examples) {
      if (example.runs_in_tests) context.out() << example.line << '\n';
    }
  }
}

absl::Status RunHelp(const ShellOptions& options, CommandContext& context) {
  if (options.examples) {
    PrintExamples(context);
    return absl::OkStatus();
  }
  const std::vector<Command> commands = AllCommands();
  if (options.words.empty()) {
    context.out() << OverviewHelp(commands);
    return absl::OkStatus();
  }
  const std::string name = absl::StrJoin(options.words, " ");
  std::vector<std::string> names;
  bool is_group = false;
  for (const Command& command : commands) {
    if (command.name == name) {
      context.out() << CommandHelp(command);
      return absl::OkStatus();
    }
    is_group = is_group || command.name.starts_with(name + " ");
    names.push_back(command.name);
  }
  if (!is_group)
    return UsageError(absl::StrCat("unknown command `", name, "`", DidYouMean(name, names), "; see `ebb --help`"));
  context.out() << GroupHelp(commands, options.words);
  return absl::OkStatus();
}

}  // namespace

Command CompletionCommand() {
  auto options = std::make_shared<ShellOptions>();
  Command command{.name = "completion", .group = CommandGroup::kShell, .summary = "Completion script for a shell"};
  command.description =
      "Completes commands, options and their values; models, segments and customers come from the running services.";
  command.examples = {{"ebb completion bash", "source <(ebb completion bash)"},
                      {"ebb completion zsh", "into a folder of $fpath, as _ebb"},
                      {"ebb completion fish", "> ~/.config/fish/completions/ebb.fish"}};
  command.Add("SHELL", &options->shell, "Which shell").OneOf({"bash", "zsh", "fish"}).Required();
  command.run = [options](CommandContext& context) {
    context.out() << CompletionScript(options->shell);
    return absl::OkStatus();
  };
  return command;
}

Command CompleteCommand() {
  auto options = std::make_shared<ShellOptions>();
  Command command{
      .name = "complete", .group = CommandGroup::kShell, .summary = "What the completion scripts ask", .hidden = true};
  command.Add("WORD", &options->words, "The words after `ebb`, the last one being typed");
  command.run = [options](CommandContext& context) { return RunComplete(*options, context); };
  return command;
}

Command VersionCommand() {
  Command command{.name = "version", .group = CommandGroup::kShell, .summary = "Version of this program"};
  command.examples = {{"ebb version", ""}};
  command.run = [](CommandContext& context) {
    Record record;
    record.Add("version", TextCell(EBB_VERSION));
    Print(context, record);
    return absl::OkStatus();
  };
  return command;
}

Command HelpCommand() {
  auto options = std::make_shared<ShellOptions>();
  Command command{.name = "help", .group = CommandGroup::kShell, .summary = "Help of the program or of one command"};
  command.examples = {{"ebb help train", "as `ebb train --help`"}};
  command.Add("COMMAND", &options->words, "Which command");
  command.Flag("--examples", &options->examples, "Every example that can be run as it stands, one a line");
  command.run = [options](CommandContext& context) { return RunHelp(*options, context); };
  return command;
}

}  // namespace ebb
