#include "clients/cli/help.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/display_width.h"
#include "clients/cli/option_value.h"
#include "clients/cli/settings.h"

namespace ebb {
namespace {

constexpr int kWidest = 34;

// Two aligned columns; a left side that is too wide gets a line of its own.
std::string Columns(const std::vector<std::pair<std::string, std::string>>& lines) {
  int width = 0;
  for (const auto& [left, right] : lines) {
    if (DisplayWidth(left) <= kWidest) width = std::max(width, DisplayWidth(left));
  }
  std::string text;
  for (const auto& [left, right] : lines) {
    absl::StrAppend(&text, "  ", left);
    int at = DisplayWidth(left);
    if (at > width) {
      absl::StrAppend(&text, "\n  ");
      at = 0;
    }
    absl::StrAppend(&text, std::string(width - at + 2, ' '), right, "\n");
  }
  return text;
}

std::string GroupTitle(CommandGroup group) {
  switch (group) {
    case CommandGroup::kStart:
      return "Start";
    case CommandGroup::kData:
      return "Data";
    case CommandGroup::kModel:
      return "Model";
    case CommandGroup::kScores:
      return "Scores";
    case CommandGroup::kOperate:
      return "Operate";
    case CommandGroup::kShell:
      return "Shell";
  }
  return "";
}

std::string ValueName(const Option& option) {
  if (std::holds_alternative<bool*>(option.target)) return "";
  if (!option.choices.empty()) return absl::StrJoin(option.choices, "|");
  if (!option.value_name.empty()) return option.value_name;
  if (std::holds_alternative<std::string*>(option.target) ||
      std::holds_alternative<std::vector<std::string>*>(option.target))
    return "TEXT";
  return "N";
}

std::string Left(const Option& option) {
  if (option.IsArgument()) {
    const bool list = std::holds_alternative<std::vector<std::string>*>(option.target);
    return absl::StrCat(option.name, list ? "…" : "");
  }
  std::string left = option.name.starts_with("--") ? "    " : "";
  absl::StrAppend(&left, option.name);
  const size_t comma = left.find(',');
  if (comma != std::string::npos) left.insert(comma + 1, " ");
  const std::string value = ValueName(option);
  return value.empty() ? left : absl::StrCat(left, " ", value);
}

std::string Right(const Option& option) {
  std::string right = option.help;
  if (option.required && !option.IsArgument()) absl::StrAppend(&right, " (required)");
  const std::string usual = DefaultText(option);
  if (!usual.empty() && !option.required) absl::StrAppend(&right, " (default ", usual, ")");
  return right;
}

std::string OptionLines(const std::vector<Option>& options) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const Option& option : options) lines.emplace_back(Left(option), Right(option));
  return Columns(lines);
}

std::string ExampleLines(const std::vector<Example>& examples) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const Example& example : examples) lines.emplace_back(example.line, example.why);
  return Columns(lines);
}

std::string Usage(const Command& command) {
  std::string usage = absl::StrCat("ebb ", command.name);
  bool has_options = false;
  for (const Option& option : command.options) has_options = has_options || !option.IsArgument();
  if (has_options) absl::StrAppend(&usage, " [OPTIONS]");
  for (const Option& option : command.options) {
    if (!option.IsArgument()) continue;
    absl::StrAppend(&usage, " ", option.required ? Left(option) : absl::StrCat("[", Left(option), "]"));
  }
  return usage;
}

std::string CommandLines(const std::vector<Command>& commands, const std::function<bool(const Command&)>& wanted) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const Command& command : commands) {
    if (!command.hidden && wanted(command)) lines.emplace_back(command.name, command.summary);
  }
  return Columns(lines);
}

}  // namespace

std::string OverviewHelp(const std::vector<Command>& commands) {
  std::string help =
      "Ebb tells a shop which of its regular customers are about to buy less.\n\n"
      "Examples:\n" +
      ExampleLines({{"ebb up", "start the three services on this machine"},
                    {"ebb generate --customers 1300 --files shop", "a synthetic shop to try it with"},
                    {"ebb train --wait", "search, compare and publish a model"},
                    {"ebb at-risk --top 10", "who to talk to first"},
                    {"ebb subscribe --snapshot", "everybody's score, then each change as it happens"}});
  for (CommandGroup group : {CommandGroup::kStart, CommandGroup::kData, CommandGroup::kModel, CommandGroup::kScores,
                             CommandGroup::kOperate, CommandGroup::kShell}) {
    const std::string lines = CommandLines(commands, [&](const Command& command) { return command.group == group; });
    if (!lines.empty()) absl::StrAppend(&help, "\n", GroupTitle(group), ":\n", lines);
  }
  GlobalFlags flags;
  absl::StrAppend(
      &help, "\nOptions of every command:\n", OptionLines(GlobalOptions(&flags)),
      "  -h, --help         This help; `ebb COMMAND --help` for one command\n"
      "\nSettings also come from EBB_PORT_BASE, EBB_OUTPUT, … and from ebb.toml (port-base = 7500).\n"
      "Exit status: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 denied, 5 unreachable, 130 interrupted.\n");
  return help;
}

std::string GroupHelp(const std::vector<Command>& commands, const std::vector<std::string>& path) {
  const std::string prefix = absl::StrJoin(path, " ") + " ";
  return absl::StrCat("Commands of `ebb ", absl::StrJoin(path, " "), "`:\n",
                      CommandLines(commands, [&](const Command& command) { return command.name.starts_with(prefix); }),
                      "\n`ebb COMMAND --help` for one of them.\n");
}

std::string CommandHelp(const Command& command) {
  std::string help = absl::StrCat(command.summary, ".\n");
  if (!command.examples.empty()) absl::StrAppend(&help, "\nExamples:\n", ExampleLines(command.examples));
  absl::StrAppend(&help, "\nUsage: ", Usage(command), "\n");
  if (!command.options.empty()) absl::StrAppend(&help, "\n", OptionLines(command.options));
  if (!command.description.empty()) absl::StrAppend(&help, "\n", command.description, "\n");
  absl::StrAppend(&help, "\nOptions of every command (-o, --port-base, --timeout, …): see `ebb --help`.\n");
  return help;
}

}  // namespace ebb
