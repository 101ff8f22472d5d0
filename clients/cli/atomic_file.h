// A file that is there whole or as it was before.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace ebb {

// Writes a temporary file beside `path`, then renames it: a reader never sees half of it, and an error leaves what was
// there. FAILED_PRECONDITION: `path` is a directory or anything else but a file, or its folder cannot be written to.
// DATA_LOSS: not everything could be written. Errors name the path.
absl::Status WriteFileAtomically(const std::string& path, const std::string& text);

}  // namespace ebb
