// Compiled with -mavx2, called only where the processor has it.
#include <immintrin.h>

#include "trainer/fit/smo_lanes.h"

#define EBB_LANES 4
#define EBB_REACHING(a, b) static_cast<unsigned>(_mm256_movemask_pd(_mm256_cmp_pd(a, b, _CMP_GE_OQ)))
#include "trainer/fit/smo_lanes_body.inc"

namespace ebb::trainer {

extern const SmoLanes kAvx2SmoLanes;
const SmoLanes kAvx2SmoLanes = {.name = "avx2", .update = Update, .partner = Partner};

}  // namespace ebb::trainer
