#include "clients/cli/run.h"

#include <algorithm>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/help.h"
#include "clients/cli/parser.h"

namespace ebb {
namespace {

// What, where, why, and what to do next: on one line, whatever the message holds.
std::string ErrorLine(const absl::Status& status) {
  std::string message(status.message());
  std::replace(message.begin(), message.end(), '\n', ' ');
  if (status.code() == absl::StatusCode::kUnavailable && message.find("cannot reach") != std::string::npos) {
    absl::StrAppend(&message,
                    "; start the services with `ebb up`, or say where they are with --port-base or EBB_PORT_BASE");
  }
  return absl::StrCat("ebb: ", message);
}

int Fail(const absl::Status& status, std::ostream& err) {
  const ExitCode code = ExitCodeOf(status);
  if (code != ExitCode::kInterrupted && code != ExitCode::kOk) err << ErrorLine(status) << std::endl;
  return static_cast<int>(code);
}

}  // namespace

int RunEbb(const std::vector<std::string>& arguments, const Environment& environment, const Terminal& terminal,
           std::ostream& out, std::ostream& err) {
  const std::vector<Command> commands = AllCommands();
  const absl::StatusOr<ParsedLine> line = ParseCommandLine(commands, arguments);
  if (!line.ok()) return Fail(line.status(), err);
  if (line->version) {
    out << "ebb " << EBB_VERSION << std::endl;
    return 0;
  }
  if (line->help || line->command == nullptr) {
    out << (line->command != nullptr ? CommandHelp(*line->command)
            : line->path.empty()     ? OverviewHelp(commands)
                                     : GroupHelp(commands, line->path))
        << std::flush;
    return line->help || line->path.empty() ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  const absl::StatusOr<ContextOptions> options = ResolveSettings(line->globals, environment, terminal);
  if (!options.ok()) return Fail(options.status(), err);
  CommandContext context(*options, out, err);
  const absl::Status status = line->command->run(context);
  out.flush();
  return Fail(status, err);
}

}  // namespace ebb
