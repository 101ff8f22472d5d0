#pragma once

#include <cstdint>
#include <string>

namespace ebb::benchmarks {

// What Redis does as a counter store: redis-benchmark sends `commands` pipelined HINCRBYFLOATs over `keys` hashes to a
// fresh server with an append-only file fsynced every second. Commands a second. Aborts where Redis is not installed.
double RunRedisIncrements(const std::string& folder, int64_t commands, int64_t keys);

}  // namespace ebb::benchmarks
