// The baseline of x86-64.
#include "trainer/fit/smo_lanes.h"
#include "trainer/fit/smo_lanes_body.inc"

namespace ebb::trainer {

extern const SmoLanes kSse2SmoLanes;
const SmoLanes kSse2SmoLanes = {.name = "sse2", .update = Update, .partner = Partner};

}  // namespace ebb::trainer
