#pragma once

namespace ebb {

// From now on memory taken in large blocks goes back to the system as soon as it is freed. Left to itself glibc learns
// to keep it once such a block was freed, and a process that builds and drops buffers of many megabytes then holds the
// most that it ever had. For programs with a budget of memory.
void GiveBackLargeBlocks();

}  // namespace ebb
