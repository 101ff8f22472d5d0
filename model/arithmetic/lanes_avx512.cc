// AVX-512: compiled with -mavx512f, called only where the processor has it.
#include "model/arithmetic/lanes.h"

#define EBB_WIDTH 8
#include "model/arithmetic/lanes_body.inc"

namespace ebb {

extern const Lanes kAvx512Lanes;
const Lanes kAvx512Lanes = MakeLanes("avx512");

}  // namespace ebb
