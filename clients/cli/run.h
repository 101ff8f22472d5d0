// The program `ebb` without its process: what main calls, and tests too.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "clients/cli/settings.h"

namespace ebb {

// Runs one command line (without the program's name) and returns the exit status. Prints an error on one line of `err`.
int RunEbb(const std::vector<std::string>& arguments, const Environment& environment, const Terminal& terminal,
           std::ostream& out, std::ostream& err);

}  // namespace ebb
