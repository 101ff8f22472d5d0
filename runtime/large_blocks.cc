#include "runtime/large_blocks.h"

#include <malloc.h>

namespace ebb {

void GiveBackLargeBlocks() {
  constexpr int kLarge = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, kLarge);  // which ends the learning, too
}

}  // namespace ebb
