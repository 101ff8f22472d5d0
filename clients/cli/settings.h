// The options that every command has, and where their values come from: the command line, else the environment
// (EBB_PORT_BASE for
// --port-base), else ./ebb.toml, else the user's ebb.toml, else the default. CLI11 could read the file, but lets it win
// over the environment (2.1.2); so we do.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cli/command.h"
#include "clients/cli/command_context.h"

namespace ebb {

using Environment = std::map<std::string, std::string>;

// Facts about the standard streams.
struct Terminal {
  bool out = false;
  bool err = false;
  // Columns; 0: standard output is no terminal.
  int width = 0;
};

// What was given on the command line; empty: not given.
struct GlobalFlags {
  std::string port_base, feature_store, trainer, scorer;
  std::string tls_ca, tls_cert, tls_key;
  std::string output, color, timeout, config;
  bool no_header = false;
  bool quiet = false;
  bool verbose = false;
};

// Declarations for the parser and the help; they point into `flags`.
std::vector<Option> GlobalOptions(GlobalFlags* flags);

// An address given by itself beats a port base from the same or a weaker place. INVALID_ARGUMENT (a usage error) names
// the setting, where it came from, the value and the rule; NOT_FOUND: the file of --config.
absl::StatusOr<ContextOptions> ResolveSettings(const GlobalFlags& flags, const Environment& environment,
                                               const Terminal& terminal);

}  // namespace ebb
