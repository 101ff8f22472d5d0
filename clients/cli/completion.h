// What a shell offers for the word being typed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "clients/cli/command.h"

namespace ebb {

// Values only the services know: `model`, `segment`, `customer` → what there is. Should be quick and may return
// nothing.
using LiveValues = std::function<std::vector<std::string>(const std::string& kind)>;

// `words` follow the program's name; the last one is being typed (may be empty). Returns what begins with it; the
// single entry `:file` or
// `:directory` leaves it to the shell.
std::vector<std::string> Complete(const std::vector<Command>& commands, const std::vector<std::string>& words,
                                  const LiveValues& live);

// The script that makes a shell ask `ebb complete`; empty for an unknown shell.
std::string CompletionScript(const std::string& shell);

}  // namespace ebb
