// Reads a command line by the declarations of the commands. The only place that knows CLI11.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cli/command.h"
#include "clients/cli/settings.h"

namespace ebb {

// What the user asked for.
struct ParsedLine {
  // Null: a group such as `import`, or nothing, was named: its help is wanted.
  const Command* command = nullptr;
  // The levels named, such as {"import", "one-click"}.
  std::vector<std::string> path;
  bool help = false;
  bool version = false;
  GlobalFlags globals;
};

// Fills the options' targets. Usage errors (exit_code.h) name the flag, the value, the rule, and the nearest name where
// one was mistyped. With --help nothing else is checked.
absl::StatusOr<ParsedLine> ParseCommandLine(const std::vector<Command>& commands,
                                            const std::vector<std::string>& arguments);

}  // namespace ebb
