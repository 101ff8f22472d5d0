// Compiled with -mavx512f, called only where the processor has it.
#include <immintrin.h>

#include "trainer/fit/smo_lanes.h"

#define EBB_LANES 8
#define EBB_LOAD_FLOATS(address) _mm512_cvtps_pd(_mm256_loadu_ps(address))  // GCC would convert in halves
#define EBB_REACHING(a, b) _mm512_cmp_pd_mask(a, b, _CMP_GE_OQ)
#include "trainer/fit/smo_lanes_body.inc"

namespace ebb::trainer {

extern const SmoLanes kAvx512SmoLanes;
const SmoLanes kAvx512SmoLanes = {.name = "avx512", .update = Update, .partner = Partner};

}  // namespace ebb::trainer
