#include "runtime/large_blocks.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>

namespace ebb {

void GiveBackLargeBlocks() {
  constexpr int kLarge = 1 << 20;
  constexpr int kKept = 4 << 20;      // of each of the allocator's arenas
  mallopt(M_MMAP_THRESHOLD, kLarge);  // which ends the learning, too
  mallopt(M_TRIM_THRESHOLD, kKept);
}

void PreferHugePages(void* begin, size_t bytes) {
  constexpr uintptr_t kHugePage = 2 << 20;
  const uintptr_t at = reinterpret_cast<uintptr_t>(begin);
  const uintptr_t first = (at + kHugePage - 1) / kHugePage * kHugePage, end = (at + bytes) / kHugePage * kHugePage;
  if (first >= end) return;
  madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);  // where it cannot, small pages do
}

}  // namespace ebb
