// Reads the part of TOML and INI that a list of flags needs.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ebb {

struct ConfigEntry {
  std::string key;  // with its section in front: `cert` under `[tls]` is `tls-cert`; underscores are read as dashes
  std::string value;
  int line = 0;  // from 1
};

// `key = value` lines, `[section]` lines, comments from `#` (and `;` at the start of a line). A value is bare (`30s`,
// `true`, `7`), quoted ("…" with \" and \\, or '…' as it is) or a list of these in brackets on one line, which is
// joined by commas. INVALID_ARGUMENT names `name`, line and what is wrong; a key given twice is an error.
absl::StatusOr<std::vector<ConfigEntry>> ParseConfig(absl::string_view name, absl::string_view text);

// NOT_FOUND when the file cannot be read.
absl::StatusOr<std::vector<ConfigEntry>> ReadConfigFile(const std::string& path);

}  // namespace ebb
