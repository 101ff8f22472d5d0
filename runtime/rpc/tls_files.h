// Reads the PEM files that a server or a client was configured with.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ebb {

// The file's content. `flag` names in errors what the path was given for: NOT_FOUND when it cannot be read,
// INVALID_ARGUMENT when it is no PEM file.
absl::StatusOr<std::string> ReadPemFile(absl::string_view flag, const std::string& path);

}  // namespace ebb
