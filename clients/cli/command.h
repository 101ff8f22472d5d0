// A command of `ebb`, declared as data.
//
// Each file in commands/ offers one function `Command NameCommand()`; commands.cc lists them all, parser.cc feeds them
// to CLI11. Nothing else includes CLI11 (it costs twelve seconds a file), and help, completion scripts and the test
// that runs every example read the same declarations.
//
//   Command StatusCommand() {
//     auto options = std::make_shared<StatusOptions>();
//     Command command{.name = "status", .group = CommandGroup::kOperate, .summary = "Health of the three services"};
//     command.examples = {{"ebb status", "is everything serving?"}};
//     command.Flag("--watch", &options->watch, "Show it again every two seconds");
//     command.run = [options](CommandContext& context) { return RunStatus(*options, context); };
//     return command;
//   }
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"

namespace ebb {

class CommandContext;

// Where a command stands in `ebb --help`.
enum class CommandGroup { kStart, kData, kModel, kScores, kOperate, kShell };

// One line of help that must work as it stands.
struct Example {
  std::string line;
  // What it does, in a few words.
  std::string why;
  // Whether a test can run it against a freshly imported and trained shop without touching anything outside its folder.
  bool runs_in_tests = true;
};

// One flag or argument. Targets must outlive the command (keep them in a shared_ptr that `run` captures); their value
// at declaration is the default and stands in the help.
struct Option {
  using Target = std::variant<bool*, int64_t*, uint64_t*, double*, std::string*, std::optional<double>*,
                              std::optional<uint64_t>*, std::vector<std::string>*>;
  // `--top` or `-q,--quiet`; an argument has no dashes: `FILE`.
  std::string name;
  Target target;
  std::string help;
  // What stands for the value in the help, such as `FILE`. Empty: made from the target's type.
  std::string value_name = {};
  // The values allowed; empty: any. A typing error is answered by the nearest one.
  std::vector<std::string> choices = {};
  bool required = false;
  // Least and greatest number allowed.
  std::optional<double> least = {}, greatest = {};
  // What a shell offers here: `file`, `directory`, `customer`, `model`, `segment`; empty: nothing.
  std::string completes = {};

  bool IsArgument() const { return !name.starts_with('-'); }
  Option& Required() { return required = true, *this; }
  Option& Value(std::string shown) { return value_name = std::move(shown), *this; }
  Option& OneOf(std::vector<std::string> allowed) { return choices = std::move(allowed), *this; }
  Option& Range(double low, double high) { return least = low, greatest = high, *this; }
  Option& Completes(std::string what) { return completes = std::move(what), *this; }
};

// A command. Spaces in the name make levels: `import one-click`.
struct Command {
  std::string name;
  CommandGroup group = CommandGroup::kOperate;
  // One line, no full stop.
  std::string summary;
  // Paragraphs under the options; may be empty.
  std::string description = {};
  std::vector<Example> examples = {};
  std::vector<Option> options = {};
  // Left out of `ebb --help`.
  bool hidden = false;
  // Does the work. Results go to context.out(), everything else to context.err(). An error is printed on one line by
  // the caller and mapped to the exit code (exit_code.h).
  std::function<absl::Status(CommandContext&)> run = {};

  // Declares a flag, an option with a value, an argument. The reference is valid until the next declaration.
  Option& Flag(std::string flag, bool* target, std::string help) {
    return Add(std::move(flag), target, std::move(help));
  }
  Option& Add(std::string option, Option::Target target, std::string help) {
    options.push_back({.name = std::move(option), .target = target, .help = std::move(help)});
    return options.back();
  }
};

}  // namespace ebb
