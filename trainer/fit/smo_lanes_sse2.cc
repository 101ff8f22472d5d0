// The baseline of x86-64.
#include "trainer/fit/smo_lanes.h"

#define EBB_LANES 4
#define EBB_REACHING(a, b)                                                                          \
  (unsigned{(a)[0] >= (b)[0]} | unsigned{(a)[1] >= (b)[1]} << 1 | unsigned{(a)[2] >= (b)[2]} << 2 | \
   unsigned{(a)[3] >= (b)[3]} << 3)
#include "trainer/fit/smo_lanes_body.inc"

namespace ebb::trainer {

extern const SmoLanes kSse2SmoLanes;
const SmoLanes kSse2SmoLanes = {.name = "sse2", .update = Update, .partner = Partner};

}  // namespace ebb::trainer
