// The values of options, checked.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "clients/cli/command.h"

namespace ebb {

// `--top` of `-t,--top`; the name of an argument.
std::string LongName(const Option& option);

// Sets the target from what was given (nothing for a flag that stands there). Usage errors name option, value and rule.
absl::Status SetOption(const Option& option, const std::vector<std::string>& given);

// The default as the help shows it; empty: none to show.
std::string DefaultText(const Option& option);

}  // namespace ebb
