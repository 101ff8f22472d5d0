// Models as users name them.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace ebb {

// `3`, `models/3` and `champion` as the trainer names them: `models/3`, `models/champion`. Anything else is a usage
// error that names VERSION.
absl::StatusOr<std::string> ModelName(const std::string& text);

}  // namespace ebb
