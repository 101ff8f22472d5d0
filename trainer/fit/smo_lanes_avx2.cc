// Compiled with -mavx2, called only where the processor has it.
#include "trainer/fit/smo_lanes.h"
#include "trainer/fit/smo_lanes_body.inc"

namespace ebb::trainer {

extern const SmoLanes kAvx2SmoLanes;
const SmoLanes kAvx2SmoLanes = {.name = "avx2", .update = Update, .partner = Partner};

}  // namespace ebb::trainer
