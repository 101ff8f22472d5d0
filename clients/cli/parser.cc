// CLI11 splits the line into options and arguments; names, numbers, ranges and choices are checked by us, so that every
// error reads alike and knows the nearest name.
#include "clients/cli/parser.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/nearest.h"
#include "clients/cli/option_value.h"

namespace ebb {
namespace {

struct BoundOption {
  Option option;
  CLI::Option* parsed;
};

// A command or a group of commands.
struct Node {
  const Command* command = nullptr;
  CLI::App* app = nullptr;
  std::vector<BoundOption> options;
};

CLI::Option* Declare(CLI::App* app, const Option& option) {
  if (std::holds_alternative<bool*>(option.target)) return app->add_flag(option.name);
  CLI::Option* declared = app->add_option(option.name, [](const CLI::results_t&) { return true; });
  const bool list = std::holds_alternative<std::vector<std::string>*>(option.target);
  declared->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  if (!list || !option.IsArgument()) return declared->expected(1);
  // Without allow_extra_args CLI11 gives a list only the words it must have, and with a least number of 0 it takes none
  // after `--`. A list that got nothing is still no error to it: what is required is checked by us.
  return declared->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args();
}

class Tree {
 public:
  explicit Tree(const std::vector<Command>& commands) : app_("", "ebb") {
    app_.set_help_flag();
    // One command a line: a second word that happens to be a command's name (`ebb help train`) is an argument.
    app_.require_subcommand(0, 1);
    help_ = app_.add_flag("-h,--help");
    version_ = app_.add_flag("--version");
    root_.app = &app_;
    for (Option& option : GlobalOptions(&line_.globals)) root_.options.push_back({option, Declare(&app_, option)});
    for (const Command& command : commands) Add(command);
  }

  absl::StatusOr<ParsedLine> Parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::ExtrasError&) {
      // Answered below, with the nearest name.
    } catch (const CLI::ParseError& error) {
      FindNode();
      line_.help = help_->count() > 0;
      if (line_.help) return line_;
      return UsageError(absl::StrCat(error.what(), SeeHelp()));
    }
    const Node& node = FindNode();
    line_.command = node.command;
    line_.help = help_->count() > 0;
    line_.version = version_->count() > 0;
    if (line_.help || line_.version) return line_;
    if (absl::Status status = CheckExtras(node); !status.ok()) return status;
    if (absl::Status status = Set(root_); !status.ok()) return status;
    if (absl::Status status = Set(node); !status.ok()) return status;
    return line_;
  }

 private:
  void Add(const Command& command) {
    CLI::App* parent = &app_;
    std::string path;
    for (absl::string_view word : absl::StrSplit(command.name, ' ')) {
      absl::StrAppend(&path, path.empty() ? "" : " ", word);
      Node& node = nodes_[path];
      if (node.app == nullptr) {
        node.app = parent->add_subcommand(std::string(word));
        node.app->set_help_flag();
        node.app->fallthrough();
        node.app->require_subcommand(0, 1);
      }
      parent = node.app;
    }
    Node& node = nodes_[path];
    node.command = &command;
    for (const Option& option : command.options) node.options.push_back({option, Declare(node.app, option)});
  }

  const Node& FindNode() {
    const Node* node = &root_;
    line_.path.clear();
    for (const CLI::App* app = &app_; !app->get_subcommands().empty();) {
      app = app->get_subcommands().front();
      line_.path.push_back(app->get_name());
      node = &nodes_.at(absl::StrJoin(line_.path, " "));
    }
    return *node;
  }

  std::string SeeHelp() const {
    return absl::StrCat("; see `ebb ", absl::StrJoin(line_.path, " "), line_.path.empty() ? "" : " ", "--help`");
  }

  absl::Status CheckExtras(const Node& node) {
    std::vector<std::string> extras = app_.remaining(/*recurse=*/true);
    extras.erase(std::remove(extras.begin(), extras.end(), "--"), extras.end());  // CLI11 keeps the mark itself
    if (extras.empty()) return absl::OkStatus();
    const std::string& extra = extras.front();
    if (extra.starts_with('-')) {
      std::vector<std::string> names = {"--help"};
      for (const Node* place : {&std::as_const(root_), &node}) {
        for (const BoundOption& bound : place->options) {
          if (!bound.option.IsArgument()) names.push_back(LongName(bound.option));
        }
      }
      const std::string name = extra.substr(0, extra.find('='));
      return UsageError(absl::StrCat("unknown option ", name, DidYouMean(name, names), SeeHelp()));
    }
    if (node.command != nullptr) return UsageError(absl::StrCat("unexpected argument `", extra, "`", SeeHelp()));
    std::vector<std::string> names;
    for (const CLI::App* app : node.app->get_subcommands([](const CLI::App*) { return true; }))
      names.push_back(app->get_name());
    return UsageError(absl::StrCat("unknown command `", extra, "`", DidYouMean(extra, names), SeeHelp()));
  }

  absl::Status Set(const Node& node) {
    for (const BoundOption& bound : node.options) {
      if (bound.parsed->count() > 0) {
        if (absl::Status status = SetOption(bound.option, bound.parsed->results()); !status.ok()) return status;
      } else if (bound.option.required) {
        return UsageError(absl::StrCat(LongName(bound.option), " is missing (", bound.option.help, ")", SeeHelp()));
      }
    }
    return absl::OkStatus();
  }

  CLI::App app_;
  Node root_;
  std::map<std::string, Node> nodes_;
  CLI::Option* help_;
  CLI::Option* version_;
  ParsedLine line_;
};

}  // namespace

absl::StatusOr<ParsedLine> ParseCommandLine(const std::vector<Command>& commands,
                                            const std::vector<std::string>& arguments) {
  auto tree = std::make_unique<Tree>(commands);
  return tree->Parse(arguments);
}

}  // namespace ebb
