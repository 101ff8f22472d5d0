// The help: examples first, common commands grouped.
#pragma once

#include <string>
#include <vector>

#include "clients/cli/command.h"

namespace ebb {

// `ebb --help`.
std::string OverviewHelp(const std::vector<Command>& commands);
// `ebb import --help`: the commands below a level.
std::string GroupHelp(const std::vector<Command>& commands, const std::vector<std::string>& path);
// `ebb train --help`.
std::string CommandHelp(const Command& command);

}  // namespace ebb
