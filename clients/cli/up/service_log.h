// What a service wrote last before it ended.
#pragma once

#include <cstdint>
#include <string>

namespace ebb {

int64_t FileSize(const std::string& path);

// The last line written after `offset`, as people read it: of a JSON log line its `reason`, `error` or `message`.
// Empty: nothing was written.
std::string LastWords(const std::string& log_path, int64_t offset);

}  // namespace ebb
